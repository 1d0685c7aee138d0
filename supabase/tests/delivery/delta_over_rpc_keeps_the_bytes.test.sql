begin;
select plan(5);

select tests.a_release();
update content.question set prompt = E'Quoted "\\" and ∑' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();
create temporary table answer on commit drop as select public.content_delta(private.history(), 1) as a;

select results_eq('select json_array_elements_text(a -> $$lines$$) from answer', 'select tests.all_pages(1000, 1)',
  'I12: the RPC returns the same lines as the Edge Function');
select is((select sha256(convert_to(line, 'UTF8')) from answer, json_array_elements_text(a -> 'lines') line
  where line like '%"version":2,"id":"%1"%'),
  (select sha256 from content.revision where 1 between from_schema and schema and id = tests.question(1) and version = 2), 'I12: the hash of a line over RPC equals the hash of the revision');
select is((select (a -> 'page')::jsonb from answer),
  jsonb_build_object('kind', 'page', 'history', private.history(), 'schema', 1, 'since', 1, 'until', 2), 'I3: the RPC returns the page line with history, since and until');
select is((select (a -> 'end')::jsonb from answer), '{"kind": "end", "rows": 2, "next": null}', 'I3: the RPC returns the end line with the number of rows');
select is((public.content_delta() -> 'lines' ->> 0)::jsonb ->> 'kind', 'domain', 'I3: the RPC returns the snapshot by default');

select * from finish();
rollback;
