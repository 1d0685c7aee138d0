-- What:  whether a text that a client wrote can be cast to jsonb.
-- Why:   a cast that raises takes the whole statement with it, and some valid JSON is too large to look at.

create function private.shows_long_exponent(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A number stands at the start or behind one of these characters, and nothing in a string that devices write usually does.
  return p_text ~ '(^|[:,\[ \t\r\n])-?[0-9.]+[eE][+-]?[0-9]{3}';
end
$$;
comment on function private.shows_long_exponent(text) is
  'Whether a number of JSON may be one that private.is_jsonb() refuses for its exponent: never false where one is, seldom true where none is.';

create function private.is_jsonb(p_text text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nesting that exhausts the stack raises instead of being invalid (16,300 levels with 2 MB, measured), so more
  -- brackets than 4096, wherever they stand, are not looked at. client-contract/contract/jsonb.ts counts the same way.
  if octet_length(p_text) > 4096 and octet_length(p_text) - octet_length(translate(p_text, '[{', '')) > 4096 then
    return false;
  end if;
  return pg_input_is_valid(p_text, 'jsonb')
    -- 1e131000 is five bytes in jsonb and 131 kB in its text: 16 KiB of such would be 200 MB to read, and of 1e308, which a
    -- double can hold, 850 kB. 1e99 is beyond whatever anybody has counted or measured, and prints as 100 digits. Strings are
    -- cut out only where there may be a greater one.
    and (not private.shows_long_exponent(p_text)
      or regexp_replace(p_text, '"([^"\\]|\\.)*"', '', 'g') !~ '[eE][+-]?0*[1-9][0-9]{2}');
end
$$;
comment on function private.is_jsonb(text) is 'Whether a text can be cast to jsonb; never raises.';
