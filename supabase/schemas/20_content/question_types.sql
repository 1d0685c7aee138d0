-- What:  the rules of every question type: what its answer key may be, and whether an answer is right.
-- Why:   drafts, ingest and the contract (client-contract/contract/question.ts) must give one verdict; docs/question-types.md is for people.

create function private.is_decimal(p_text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- No exponent, no blanks, no grouping: `1e3`, `1,5` and ` 1` mean different things to different readers. 30 digits on
  -- either side keep the arithmetic exact and small everywhere.
  select coalesce(p_text ~ '^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$', false)
$$;
comment on function private.is_decimal(text) is 'Whether a text is a decimal string: [sign] 1-30 digits [. 1-30 digits].';

create function private.normal_text(p_text text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- Neither ICU nor libc, whose tables and special cases differ: NFC and the simple lower case of PostgreSQL's own
  -- Unicode tables, and white space by name. pg_c_utf8 maps character by character (no final sigma), so others can too.
  select btrim(regexp_replace(lower(normalize(p_text, nfc) collate pg_catalog.pg_c_utf8),
    '[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]+' collate pg_catalog.pg_c_utf8, ' ', 'g'), ' ')
$$;
comment on function private.normal_text(text) is
  'How short texts are compared: NFC, simple lower case of each character, runs of white space as one space, none at the ends.';

create function private.are_indexes(p_list jsonb, p_count integer)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_list) is distinct from 'array' then
    return false;
  end if;
  return not exists (
    select from jsonb_array_elements(p_list) e
    where (jsonb_typeof(e) = 'number' and e #>> '{}' ~ '^[0-9]{1,2}$' and (e #>> '{}')::integer < p_count) is not true);
end
$$;
comment on function private.are_indexes(jsonb, integer) is 'Whether a JSON value is a list of whole numbers from 0, all below p_count, written as such.';

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
  -- Exactly the fields of the type: a misspelt tolerance would otherwise be silently none.
  case p_type
    when 'single_choice' then
      -- The commonest type, and checked for every draft of an import: so without a subquery.
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
      return p_key - 'accepted' = '{}'
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
  'Whether a JSON value is an answer key of that type: a question that nobody can answer right must not be saved.';

create function private.are_tags(p_tags text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tag text;
begin
  foreach v_tag in array p_tags loop
    if v_tag !~ '\S' or length(v_tag) > 60 then
      return false;
    end if;
  end loop;
  return true;
end
$$;
comment on function private.are_tags(text[]) is 'Whether each text of a list could be a tag: not blank, at most 60 characters. Nulls are not looked at.';

create function private.is_media(p_media jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_media) is distinct from 'array' or jsonb_array_length(p_media) > 10 then
    return false;
  end if;
  return not exists (
    select from jsonb_array_elements(p_media) m
    where (jsonb_typeof(m) = 'object'
      and m - array['path', 'bytes', 'sha256', 'mime'] = '{}'
      -- In ASCII and written out, since `\s` is another set in every language, and lengths are counted otherwise. So nothing has to be
      -- escaped in an address, Storage takes it (its keys are of ASCII), no file system knows it under two names, and no `..` leads out.
      and jsonb_typeof(m -> 'path') = 'string' and length(m ->> 'path') <= 500
      and m ->> 'path' ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$'
      and jsonb_typeof(m -> 'bytes') = 'number' and m ->> 'bytes' ~ '^[1-9][0-9]{0,9}$'
      and jsonb_typeof(m -> 'sha256') = 'string' and m ->> 'sha256' ~ '^[0-9a-f]{64}$'
      and jsonb_typeof(m -> 'mime') = 'string' and m ->> 'mime' ~ '^[a-z]{1,40}/[a-z0-9][a-z0-9.+-]{0,79}$') is not true);
end
$$;
comment on function private.is_media(jsonb) is 'Whether a JSON value is a list of at most 10 media references {path, bytes, sha256, mime}.';

create function private.grade(p_type text, p_key jsonb, p_answer jsonb)
returns boolean
language plpgsql -- rather than sql, which would start an executor for every row
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Statements of their own rather than one expression: the subquery of one branch would cost all of them an executor (20 us a call
  -- against 3).
  case p_type
    when 'single_choice' then
      return coalesce(p_answer -> 'choice' = p_key -> 'choice', false);
    when 'multiple_choice' then
      -- As sets. Indexes need no bound here: one that the key lacks makes the sets differ.
      return coalesce(jsonb_typeof(p_answer -> 'choices') = 'array'
        and p_answer -> 'choices' <@ (p_key -> 'choices') and p_answer -> 'choices' @> (p_key -> 'choices'), false);
    when 'true_false' then
      return case
        when p_answer ? 'value' then p_answer -> 'value' = p_key -> 'value'
        -- From a device that reads content schema 1, to which this is a single choice of ["True", "False"].
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
          where private.normal_text(a) = private.normal_text(p_answer ->> 'text')), false);
    else
      return null;
  end case;
end
$$;
comment on function private.grade(text, jsonb, jsonb) is
  'Whether an answer is right; false where it is not of the type''s form, null where a question can''t be graded (withdrawn).';
