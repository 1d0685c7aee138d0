-- What:  the text of a domain, a skill and a question in the form that devices receive.
-- Why:   a release stores these bytes permanently, and the hash tree is built from them.

-- The JSON is concatenated, because row_to_json with json_strip_nulls took four times as long, and these texts are half of
-- the work of a full release. No spaces; fields without a value are omitted.
create function private.domain_body(p_version integer, d content.domain)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return '{"kind":"domain","version":' || p_version || ',"id":"' || d.id || '","key":' || to_json(d.key) || ',"title":' || to_json(d.title)
    || coalesce(',"description":' || to_json(d.description), '') || ',"position":' || d.position || '}';
end
$$;
comment on function private.domain_body(integer, content.domain) is 'A domain''s line, equal in all content schemas. Null input gives null.';

create function private.skill_body(p_version integer, s content.skill)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return '{"kind":"skill","version":' || p_version || ',"id":"' || s.id || '","domain_id":"' || s.domain_id
    || '","key":' || to_json(s.key) || ',"title":' || to_json(s.title)
    || coalesce(',"description":' || to_json(s.description), '') || ',"position":' || s.position || '}';
end
$$;
comment on function private.skill_body(integer, content.skill) is 'A skill''s line, equal in all content schemas. Null input gives null.';

create function private.question_body(p_schema smallint, p_version integer, q content.question, p_domain_id uuid)
returns text
language plpgsql -- rather than sql, which starts an executor for each row of a full release
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_schema < private.question_schema(q) then
    q := private.question_in(p_schema, q);
  end if;
  return '{"kind":"question","version":' || p_version || ',"id":"' || q.id || '","skill_id":"' || q.skill_id
    || '","domain_id":"' || p_domain_id || '","key":' || to_json(q.key) || ',"type":"' || q.type || '","prompt":' || to_json(q.prompt)
    || case when q.choices = '{}' then '' else ',"choices":' || to_json(q.choices) end
    -- Most answers are a single number and need no JSON parsing.
    || ',"answer":' || case when q.type = 'single_choice' then '{"choice":' || (q.answer ->> 'choice') || '}'
      else json_strip_nulls(private.stated_key(q.type, q.answer)::json)::text end
    || coalesce(',"explanation":' || to_json(q.explanation), '') || coalesce(',"difficulty":' || q.difficulty, '')
    || case when q.tags = '{}' then '' else ',"tags":' || to_json(q.tags) end
    || case when q.media = '[]' then '' else ',"media":' || json_strip_nulls(q.media::json) end
    || ',"position":' || q.position || '}';
end
$$;
comment on function private.question_body(smallint, integer, content.question, uuid) is
  'A question''s line in a content schema. Null if the schema does not have the question, and for null input.';
