begin;
select plan(5);

select tests.a_release();
update content.question set prompt = E'Quoted "\\" and ∑' where id = tests.question(1);
delete from content.question where id = tests.question(2);
select tests.publish();
create temporary table answer on commit drop as select public.content_delta(private.history(), 1) as a;

select results_eq('select json_array_elements_text(a -> $$lines$$) from answer', 'select tests.all_pages(1000, 1)',
  'I12: the lines are those of the Edge Function');
select is((select sha256(convert_to(line, 'UTF8')) from answer, json_array_elements_text(a -> 'lines') line
  where line like '%"version":2,"id":"%1"%'),
  (select sha256 from content.revision where 1 between from_schema and schema and id = tests.question(1) and version = 2), 'I12: their hash is that of the revision');
select is((select (a -> 'page')::jsonb from answer),
  jsonb_build_object('kind', 'page', 'history', private.history(), 'schema', 1, 'since', 1, 'until', 2), 'I3: with what was asked');
select is((select (a -> 'end')::jsonb from answer), '{"kind": "end", "rows": 2, "next": null}', 'I3: and how it ended');
select is((public.content_delta() -> 'lines' ->> 0)::jsonb ->> 'kind', 'domain', 'I3: by default it is the snapshot');

select * from finish();
rollback;
