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

create function private.is_jsonb(p_text text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Deep nesting exhausts the stack and raises (16,300 levels with a stack of 2 MB). So texts with more than 4096 brackets
  -- are rejected. client-contract/contract/jsonb.ts counts the same way.
  if octet_length(p_text) > 4096 and octet_length(p_text) - octet_length(translate(p_text, '[{', '')) > 4096 then
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
