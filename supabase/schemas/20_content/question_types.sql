-- What:  the question types: for each one its valid drafts, its grading, and its form in older content schemas.
-- Why:   a type has one place in SQL and one in the contract (client-contract/contract/question.ts). docs/changing.md shows how to add a type.

create function private.is_answer_key(p_type text, p_choices text[], p_key jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_key) <> 'object' then
    return false;
  end if;
  -- Only the type's own fields are allowed, so that a misspelt `tolerance` is not silently ignored.
  case p_type
    when 'single_choice' then
      -- The most common type has no subquery, because an import checks every draft.
      return p_key - 'choice' = '{}' and jsonb_typeof(p_key -> 'choice') is not distinct from 'number'
        and p_key ->> 'choice' ~ '^[0-9]{1,2}$' and (p_key ->> 'choice')::integer < cardinality(p_choices);
    when 'multiple_choice' then
      return p_key - 'choices' = '{}'
        and private.are_indexes(p_key -> 'choices', cardinality(p_choices))
        and jsonb_array_length(p_key -> 'choices') > 0
        and (select count(*) = count(distinct e) from jsonb_array_elements(p_key -> 'choices') e);
    when 'true_false' then
      return p_key - 'value' = '{}' and jsonb_typeof(p_key -> 'value') is not distinct from 'boolean';
    when 'numeric' then
      return p_key - 'value' - 'tolerance' = '{}'
        and jsonb_typeof(p_key -> 'value') is not distinct from 'string' and private.is_decimal(p_key ->> 'value')
        and (not p_key ? 'tolerance'
          or (jsonb_typeof(p_key -> 'tolerance') = 'string' and private.is_decimal(p_key ->> 'tolerance')
            and (p_key ->> 'tolerance')::numeric >= 0));
    when 'short_text' then
      return p_key - 'accepted' - 'normalisation' = '{}'
        and (not p_key ? 'normalisation'
          or (p_key ->> 'normalisation' ~ '^[0-9]$' and jsonb_typeof(p_key -> 'normalisation') = 'number'
            and (p_key ->> 'normalisation')::integer between 1 and private.normalisation()))
        and jsonb_typeof(p_key -> 'accepted') is not distinct from 'array'
        and jsonb_array_length(p_key -> 'accepted') between 1 and 50
        and not exists (
          select from jsonb_array_elements(p_key -> 'accepted') e
          where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 200 or private.normal_text(e #>> '{}') = '');
    else
      return false;
  end case;
end
$$;
comment on function private.is_answer_key(text, text[], jsonb) is
  'Whether a JSON value is an answer key of this type. A question without a valid answer must not be saved.';

-- The names are messages for editors in Studio. PostgreSQL checks constraints in the order of their names.
alter table content.question
  add constraint question_type_known check (type in ('single_choice', 'multiple_choice', 'true_false', 'numeric', 'short_text')),
  add constraint question_choices_only_where_chosen check (type not in ('true_false', 'numeric', 'short_text') or cardinality(choices) = 0),
  add constraint question_choices_differ_and_are_not_blank check (choices = '{}' or private.are_choices(choices)),
  add constraint question_choices_count check (type not in ('single_choice', 'multiple_choice') or cardinality(choices) between 2 and 20),
  add constraint question_single_choice_answer_is_an_index check (
    type <> 'single_choice'
    -- Most questions have four or more choices and skip the function call (2 us per row). Compared as text, so that 1.0 is not 1.
    or (cardinality(choices) >= 4 and answer::text in ('{"choice": 0}', '{"choice": 1}', '{"choice": 2}', '{"choice": 3}'))
    or private.is_answer_key(type, choices, answer)),
  add constraint question_multiple_choice_answer_is_indexes check (
    type <> 'multiple_choice' or private.is_answer_key(type, choices, answer)),
  add constraint question_true_false_answer_is_true_or_false check (
    type <> 'true_false' or private.is_answer_key(type, choices, answer)),
  add constraint question_numeric_answer_is_decimal_strings check (
    type <> 'numeric' or private.is_answer_key(type, choices, answer)),
  add constraint question_short_text_answer_is_accepted_texts check (
    type <> 'short_text' or private.is_answer_key(type, choices, answer));

create function private.grade(p_type text, p_key jsonb, p_answer jsonb)
returns boolean
language plpgsql -- rather than sql, which starts an executor for every row
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Separate statements: in one expression, the subquery of one branch costs every call an executor (20 us instead of 3).
  case p_type
    when 'single_choice' then
      return coalesce(p_answer -> 'choice' = p_key -> 'choice', false);
    when 'multiple_choice' then
      -- Compared as sets. Indexes need no range check: an index outside the key makes the sets differ.
      return coalesce(jsonb_typeof(p_answer -> 'choices') = 'array'
        and p_answer -> 'choices' <@ (p_key -> 'choices') and p_answer -> 'choices' @> (p_key -> 'choices'), false);
    when 'true_false' then
      return case
        when p_answer ? 'value' then p_answer -> 'value' = p_key -> 'value'
        -- The answer of a device with content schema 1, which has the question as a single choice of ["True", "False"].
        else coalesce(p_answer -> 'choice' = case when p_key -> 'value' = 'true' then '0'::jsonb else '1' end, false)
      end;
    when 'numeric' then
      return case
        when jsonb_typeof(p_answer -> 'value') = 'string' and private.is_decimal(p_answer ->> 'value') then
          abs((p_answer ->> 'value')::numeric - (p_key ->> 'value')::numeric) <= coalesce(p_key ->> 'tolerance', '0')::numeric
        else false
      end;
    when 'short_text' then
      return coalesce(jsonb_typeof(p_answer -> 'text') = 'string'
        and exists (
          select from jsonb_array_elements_text(p_key -> 'accepted') a
          -- A key that names no rule was published before there was a second one.
          cross join lateral (select coalesce((p_key ->> 'normalisation')::integer, 1) as rule) r
          where private.normal_text(a, r.rule) = private.normal_text(p_answer ->> 'text', r.rule)), false);
    else
      return null;
  end case;
end
$$;
comment on function private.grade(text, jsonb, jsonb) is
  'Whether an answer is correct. False if the answer does not have the type''s form; null if the question cannot be graded (withdrawn).';

create function private.stated_key(p_type text, p_key jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_type = 'short_text' and not p_key ? 'normalisation' then
    return p_key || jsonb_build_object('normalisation', private.normalisation());
  end if;
  return p_key;
end
$$;
comment on function private.stated_key(text, jsonb) is
  'An answer key as it is published: it names the rule that normalises short texts, so that a later rule does not change the verdicts of this version.';

create function private.question_schema(q content.question)
returns smallint
language plpgsql -- rather than sql, which starts an executor for each row of a full release
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when q.type in ('multiple_choice', 'true_false', 'numeric', 'short_text') or q.media <> '[]' then 2
    else 1
  end;
end
$$;
comment on function private.question_schema(content.question) is
  'The oldest content schema that can represent all of a question. Newer schemas have the same text.';

create function private.question_in(p_schema smallint, q content.question)
returns content.question
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Steps down from the newest schema, one step per schema.
  if p_schema < 2 then
    q.media := '[]';
    case q.type
      when 'single_choice' then
        null;
      when 'true_false' then
        q.type := 'single_choice';
        q.choices := array['True', 'False'];
        q.answer := jsonb_build_object('choice', case when q.answer -> 'value' = 'true' then 0 else 1 end);
      else
        return null;
    end case;
  end if;
  return q;
end
$$;
comment on function private.question_in(smallint, content.question) is
  'A question in the form of a content schema, without newer features. Null: the question does not exist in that schema.';
