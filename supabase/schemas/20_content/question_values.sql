-- What:  the values that questions are made of: decimal strings, short texts, indexes, tags, media.
-- Why:   drafts, grading and devices must read them alike (client-contract/contract/question.ts); docs/question-types.md is for people.

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
