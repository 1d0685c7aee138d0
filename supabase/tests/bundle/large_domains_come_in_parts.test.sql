begin;
select plan(10);

select tests.configure_signals();
select tests.a_curriculum();
-- Questions of 39 KB: the longest prompt in two-byte letters.
insert into content.question (id, skill_id, key, prompt, choices, answer)
select tests.question(100 + n), tests.skill(1), 'large-' || n, repeat('é', 19500) || n, '{a,b}', '{"choice": 0}' from generate_series(1, 60) n;
select tests.publish();

create temporary view part as
  select b.part::integer, b.rows, b.after, b.stored_at is not null as stored from content.bundle b where b.schema = 2 and b.domain_id = tests.domain(1);
create temporary table file (part smallint, text text) on commit drop;
create function pg_temp.work() returns text language plpgsql as $$
declare
  v_work constant json := tests.claim();
begin
  if v_work ->> 'task' = 'write' then
    insert into file select b.part, private.bundle_text(b.lease)
    from content.bundle b where b.lease = (v_work ->> 'lease')::uuid and b.schema = 2 and b.domain_id = tests.domain(1);
  end if;
  return tests.do_work(v_work);
end $$;

select is(pg_temp.work(), 'write', 'C1: the worker writes the first part of a domain');
select results_eq('select part, rows, stored from part order by part', 'values (1, 31, true), (2, 36, false)',
  'C1: what is over 1 MiB becomes the next part of the bundle');
select is(pg_temp.work(), 'write', 'C1: the worker writes the next part');
select is(private.content_bundles(2::smallint, 1)::jsonb, '[]', 'C1: a manifest does not name a domain whose last part is missing');
select is((select bundled_at from content.release_state), null, 'C1: a release is not bundled while parts are missing');
do $$ begin while pg_temp.work() is not null loop end loop; end $$;
select isnt((select bundled_at from content.release_state), null, 'C1: a release is bundled with its last part');
select results_eq(
  $$ select (b ->> 'rows')::integer from json_array_elements(private.content_bundles(2::smallint, 1)) b where b ->> 'domain_id' = tests.domain(1)::text $$,
  'select rows from part order by part', 'C1: a manifest names all parts of a domain in order');
select ok(octet_length(f.text) <= 1048576, format('C1: part %s has at most 1 MiB', f.part)) from file f where f.part < 3;
select results_eq(
  $$ select l.line from file f, string_to_table(f.text, E'\n') with ordinality l (line, place)
     where l.line <> '' and l.line !~ '^{"kind":"(page|end)"' order by f.part, l.place $$,
  $$ select r.body from private.snapshot_row(2::smallint, 1, array[tests.domain(1)], 0, 'a', '00000000-0000-0000-0000-000000000000', null) r $$,
  'C1: the parts of a bundle are the rows of its domain, byte by byte and in order');

select * from finish();
rollback;
