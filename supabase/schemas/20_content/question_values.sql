-- What:  the values of questions: decimal strings, short texts, indexes, tags, media.
-- Why:   drafts, grading and devices must read them the same way (client-contract/contract/question.ts). docs/question-types.md describes them.

create function private.is_decimal(p_text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- No exponent, spaces or grouping, because readers disagree about `1e3`, `1,5` and ` 1`. 30 digits on each side keep the
  -- arithmetic exact and small.
  select coalesce(p_text ~ '^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$', false)
$$;
comment on function private.is_decimal(text) is 'Whether a text is a decimal string: [sign] 1-30 digits [. 1-30 digits].';

create function private.normal_text(p_text text, p_rule integer default private.normalisation())
returns text
language plpgsql -- rather than sql, which plans at every call
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not ICU or libc, whose tables and special cases differ. NFC and lower case come from PostgreSQL's own Unicode tables.
  -- pg_c_utf8 maps each character separately (no final sigma), so other languages can do the same.
  p_text := lower(normalize(p_text, nfc) collate pg_catalog.pg_c_utf8);
  return private.spaced_text(case when p_rule >= 2 then private.fold_text(p_text) else p_text end);
end
$$;
comment on function private.normal_text(text, integer) is
  'The form in which a rule compares short texts. 1: NFC, simple lower case per character, each run of white space as one space, trimmed. '
  '2: also folds look-alikes, ligatures, widths and invisible characters (private.fold_text).';

create function private.are_choices(p_choices text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most choices are ASCII with single spaces and need no conversion. Nulls have a constraint of their own.
  if array_to_string(p_choices, E'\x01') !~ '^[!-~]+([ \x01][!-~]+)*$' then
    for v_place in 1..cardinality(p_choices) loop
      if private.normal_text(p_choices[v_place]) = '' then
        return false;
      end if;
      p_choices[v_place] := private.spaced_text(normalize(p_choices[v_place], nfc));
    end loop;
  end if;
  for v_place in 2..cardinality(p_choices) loop
    if p_choices[v_place] = any (p_choices[:v_place - 1]) then
      return false;
    end if;
  end loop;
  return true;
end
$$;
comment on function private.are_choices(text[]) is
  'Whether a learner can tell the choices apart: none is blank, and no two look the same (NFC, runs of white space as one space).';

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
comment on function private.are_indexes(jsonb, integer) is 'Whether a JSON value is a list of integers from 0 to p_count - 1, in plain notation.';

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
comment on function private.are_tags(text[]) is 'Whether each text of a list can be a tag: not blank, at most 60 characters. Nulls are skipped.';

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
      -- An explicit ASCII pattern, because `\s` and lengths differ between languages. Such a path needs no escaping in a URL, is a valid
      -- key in Storage, has one name in every file system, and cannot contain `..`.
      and jsonb_typeof(m -> 'path') = 'string' and length(m ->> 'path') <= 500
      and m ->> 'path' ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$'
      and jsonb_typeof(m -> 'bytes') = 'number' and m ->> 'bytes' ~ '^[1-9][0-9]{0,9}$'
      and jsonb_typeof(m -> 'sha256') = 'string' and m ->> 'sha256' ~ '^[0-9a-f]{64}$'
      and jsonb_typeof(m -> 'mime') = 'string' and m ->> 'mime' ~ '^[a-z]{1,40}/[a-z0-9][a-z0-9.+-]{0,79}$') is not true);
end
$$;
comment on function private.is_media(jsonb) is 'Whether a JSON value is a list of at most 10 media references {path, bytes, sha256, mime}.';
