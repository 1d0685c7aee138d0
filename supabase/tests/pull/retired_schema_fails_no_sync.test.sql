begin;
select plan(12);

select tests.a_release();
create function pg_temp.sync(p_n integer, p_header jsonb default '{}') returns jsonb
language sql
as $$ select private.sync_for(tests.learner(), concat_ws(E'\n', tests.header(p_header || '{"pull": {}}'), tests.attempt(p_n, 1)))::jsonb $$;
create function pg_temp.head_schema(p_n integer, p_header jsonb default '{}') returns text
language sql
as $$ select pg_temp.sync(p_n, p_header) #>> '{head,schema}' $$;

select is(pg_temp.head_schema(10), '1', 'C8: a header that names no schema is answered in the first');
select is(pg_temp.head_schema(11, '{"content_schema": 2}'), '2', 'C8: one that names a schema in that');
select is(pg_temp.head_schema(12, '{"content_schema": null}'), '1', 'C8: null is as good as absent');
select is(pg_temp.head_schema(13, '{"content_schema": 77}'), '2', 'C8: an unknown schema is answered in the current one');
update content.schema set ends_at = now() + interval '1 day' where schema = 1;
select is(pg_temp.head_schema(14), '1', 'C8: an announced end changes nothing yet');
update content.schema set ends_at = now() - interval '1 second' where schema = 1;
select is(pg_temp.head_schema(15), '2', 'C8: after it the head is of the current schema');
update content.schema set state = 'retired' where schema = 1;
select is(pg_temp.head_schema(16), '2', 'C8: and so it is of a retired one');
select is(pg_temp.head_schema(17, '{"content_schema": 1}'), '2', 'C8: asked for by name too');
select is((select array_agg(r ->> 'status') from jsonb_array_elements(pg_temp.sync(18) #> '{batch,results}') r), array['applied'],
  'U3: what a device too old for the content has recorded is taken');
select is((select count(*)::integer from learner.attempt where user_id = tests.learner()), 9, 'U3: every answer of every such batch counts');
create temporary table last_sync on commit drop as select pg_temp.sync(19) as answer;
select is((select jsonb_array_length(answer #> '{pull,changes}') from last_sync), (select count(*)::integer from (
    select from learner.attempt where user_id = tests.learner() union all select from learner.session where user_id = tests.learner()
    union all select from learner.skill_progress where user_id = tests.learner()
    union all select from learner.practice where user_id = tests.learner()) row),
  'U6: and the learner''s rows are pulled');

update content.schema set state = 'retired';
select is(pg_temp.sync(20) #>> '{batch,results,0,status}', 'applied', 'U3: even where nothing is served at all');

select * from finish();
rollback;
