-- What:  is_jsonb(), which checks whether a client's text can be cast to jsonb.
-- Why:   a cast that raises fails the whole statement, and some valid JSON is too expensive to process.

create function private.shows_large_exponent(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A number comes at the start or after one of these characters. Strings from devices rarely match.
  return p_text ~ '(^|[:,\[ \t\r\n])-?[0-9.]+[eE][+-]?[0-9]{2}';
end
$$;
comment on function private.shows_large_exponent(text) is
  'Whether JSON may contain an exponent that private.is_jsonb() rejects. Never false if it does; rarely true if it does not.';

create function private.shows_many_brackets(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return octet_length(p_text) - octet_length(translate(p_text, '[{', '')) > private.max_json_levels();
end
$$;
comment on function private.shows_many_brackets(text) is 'Whether JSON may nest deeper than private.is_jsonb() allows. Never false if it does.';

create function private.nests_too_deep(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The brackets that are not in a string.
  v_brackets text := translate(
    regexp_replace(regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g'), '[^][{}]+', '', 'g'), '[]{}', '()()');
begin
  -- Each turn closes the innermost level. 16 KiB of brackets take 10 ms.
  for v_level in 1..private.max_json_levels() loop
    exit when v_brackets = '';
    v_brackets := replace(v_brackets, '()', '');
  end loop;
  return v_brackets <> '';
end
$$;
comment on function private.nests_too_deep(text) is
  'Whether JSON nests deeper than clients can read; true as well if its brackets do not match. A cast of 16,300 levels would exhaust the stack '
  '(2 MB) and raise. client-contract/contract/jsonb.ts has the same rule.';

create function private.is_jsonb(p_text text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.shows_many_brackets(p_text) and private.nests_too_deep(p_text) then
    return false;
  end if;
  return pg_input_is_valid(p_text, 'jsonb')
    -- A number is written out: 1e131000 is 5 bytes as jsonb and 131 kB as text, and 16 KiB of 1e99 were 325 kB in every answer. So exponents have
    -- at most two digits, and those of two digits add up to at most 4096 in a text. The first test is cheap. Strings are removed only if a number may be too large.
    and (not private.shows_large_exponent(p_text) or (
      select coalesce(bool_and(length(e.digits) <= 2), true) and coalesce(sum(left(e.digits, 2)::integer), 0) <= 4096
      from regexp_matches(regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g'), '[eE][+-]?0*([1-9][0-9]+)', 'g') m (match)
      cross join lateral (select m.match[1] as digits) e));
end
$$;
comment on function private.is_jsonb(text) is 'Whether a text can be cast to jsonb; never raises.';
