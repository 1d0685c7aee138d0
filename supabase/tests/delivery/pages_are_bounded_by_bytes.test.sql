begin;
select plan(11);

select tests.a_curriculum();
-- Questions of 39 KB: the longest prompt in two-byte letters.
insert into content.question (id, skill_id, key, prompt, choices, answer)
select tests.question(100 + n), tests.skill(1), 'large-' || n, repeat('é', 19500) || n, '{a,b}', '{"choice": 0}' from generate_series(1, 60) n;
select tests.publish();

create temporary table page (kind text, number integer, text text) on commit drop;
create function pg_temp.read(p_kind text, p_call text) returns void language plpgsql as $$
declare
  v_after text;
  v_text text;
begin
  for v_number in 1..100 loop
    execute p_call into v_text using v_after;
    insert into page values (p_kind, v_number, v_text);
    v_after := (string_to_array(rtrim(v_text, E'\n'), E'\n'))[v_number * 0 + cardinality(string_to_array(rtrim(v_text, E'\n'), E'\n'))]::json ->> 'next';
    exit when v_after is null;
  end loop;
end $$;
create function pg_temp.lines(p_kind text) returns setof text language sql as $$
  select l.line from page p, string_to_table(p.text, E'\n') with ordinality l (line, place)
  where p.kind = p_kind and l.line <> '' and l.line !~ '^{"kind":"(page|end)"' order by p.number, l.place $$;

select pg_temp.read('page', $$ select private.content_page(private.history(), 2::smallint, 0, 1, null, $1, 2000) $$);
select pg_temp.read('node', $$ select private.content_node(private.history(), 2::smallint, 1, tests.skill(1), $1, 2000) $$);
select pg_temp.read('tiny', $$ select private.content_page(private.history(), 2::smallint, 0, 1, null, $1, 2000, 600) $$);
select results_eq('select kind, count(*) from page group by 1 order by 1', $$ values ('node', 3::bigint), ('page', 3), ('tiny', 71) $$,
  'C1: pages of large rows are many');
select is((select max(octet_length(text)) <= 1048576 from page where kind = k), true, format('C1: a %s has at most 1 MiB', k))
from unnest(array['page', 'node']) k;
select ok((select min(octet_length(text)) > 1000000 from page where kind = k and number < 3), format('C1: a %s is filled', k))
from unnest(array['page', 'node']) k;
select results_eq(format('select pg_temp.lines(%L)', k),
  $$ select r.body from private.snapshot_row(2::smallint, 1, null, 0, 'a', '00000000-0000-0000-0000-000000000000', null) r $$,
  format('I3: the %s pages are the rows of one unbounded read', k)) from unnest(array['page', 'tiny']) k;
select results_eq($$ select pg_temp.lines('node') $$,
  $$ (select body from content.revision where kind = 'skill' and id = tests.skill(1) limit 1) union all
     (select body from content.revision where 2 between from_schema and schema and skill_id = tests.skill(1) order by id) $$,
  'C6: the pages of a node are the rows of one unbounded read');
select is((select count(*) from page where kind = 'tiny' and octet_length(text) > 39000), 60::bigint, 'C1: a row that is over the limit is a page of its own');
select ok(octet_length(public.content_delta(schema => 2::smallint)::text) between 400000 and 1048576,
  'C1: over RPC the whole answer has at most 1 MiB');
select is(
  (select count(*) from json_array_elements_text(public.content_delta(after => public.content_delta(schema => 2::smallint) -> 'end' ->> 'next', until => 1,
     schema => 2::smallint) -> 'lines')), 13::bigint, 'C1: over RPC the next page goes on after the cursor');

select * from finish();
rollback;
