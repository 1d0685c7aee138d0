-- What:  the lines of a batch as JSON (private.line).
-- Why:   one invalid line (NUL escape, lone surrogate, 1e200000, not JSON) must not affect the other 499.

create type private.line as (place integer, text text, event jsonb);
comment on type private.line is 'A line of a batch: its place among the events, from 1, its text, and its JSON (null if the text is not JSON).';

create function private.count_lines(p_lines text[])
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*) from unnest(p_lines) with ordinality l (line, number)
    where l.number > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$'));
end
$$;
comment on function private.count_lines(text[]) is 'The number of events in a batch: the lines after the header that are not blank.';

create function private.parse_lines(p_lines text[])
returns private.line[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Testing a line costs as much as casting it, so lines are cast without a test if no exponent looks large and they have few
  -- brackets. Short lines have no room for many that are closed.
  v_short constant integer := 2 * private.max_json_levels();
  v_careful boolean := private.shows_large_exponent(array_to_string(p_lines, E'\n'));
begin
  loop
    begin
      return array(
        select row(l.number - 1, l.line, case
          when (not v_careful and (octet_length(l.line) <= v_short or not private.shows_many_brackets(l.line))) or private.is_jsonb(l.line)
          then l.line::jsonb end)::private.line
        from unnest(p_lines) with ordinality l (line, number)
        where l.number > 1 and (l.line ^@ '{' or l.line !~ '^[ \t\r]*$')
        order by l.number);
    exception
      -- A line is not JSON. The second pass tests each line.
      when data_exception or program_limit_exceeded or statement_too_complex then
        if v_careful then
          raise;
        end if;
        v_careful := true;
    end;
  end loop;
end
$$;
comment on function private.parse_lines(text[]) is 'The events of a batch: the lines after the header that are not blank.';
