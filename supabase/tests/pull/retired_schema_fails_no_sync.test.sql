begin;
select plan(12);

select tests.a_release();
create function pg_temp.sync(p_n integer, p_header jsonb default '{}') returns jsonb
language sql
as $$ select (private.sync_for(tests.learner(), tests.session(), concat_ws(E'\n', tests.header(p_header || '{"pull": {}}'), tests.attempt(p_n, 1)))).answer::jsonb $$;
create function pg_temp.head_schema(p_n integer, p_header jsonb default '{}') returns text
language sql
as $$ select pg_temp.sync(p_n, p_header) #>> '{head,schema}' $$;

select is(pg_temp.head_schema(10), '1', 'C8: a header without a content schema gets the head of schema 1');
select is(pg_temp.head_schema(11, '{"content_schema": 2}'), '2', 'C8: a header with a content schema gets the head of that schema');
select is(pg_temp.head_schema(12, '{"content_schema": null}'), '1', 'C8: a header with a null content schema gets the head of schema 1');
select is(pg_temp.head_schema(13, '{"content_schema": 77}'), '2', 'C8: a header with an unknown schema gets the head of the current schema');
update content.schema set ends_at = now() + interval '1 day' where schema = 1;
select is(pg_temp.head_schema(14), '1', 'C8: a schema before its announced end still has its head');
update content.schema set ends_at = now() - interval '1 second' where schema = 1;
select is(pg_temp.head_schema(15), '2', 'C8: a schema after its announced end gets the head of the current schema');
update content.schema set state = 'retired' where schema = 1;
select is(pg_temp.head_schema(16), '2', 'C8: a retired default schema gets the head of the current schema');
select is(pg_temp.head_schema(17, '{"content_schema": 1}'), '2', 'C8: a retired schema named in the header gets the head of the current schema');
select is((select array_agg(r ->> 'status') from jsonb_array_elements(pg_temp.sync(18) #> '{batch,results}') r), array['applied'],
  'U3: events of a device with a retired schema are applied');
select is((select count(*)::integer from learner.attempt where user_id = tests.learner()), 9, 'U3: all attempts of devices with a retired schema are kept');
create temporary table last_sync on commit drop as select pg_temp.sync(19) as answer;
select is((select jsonb_array_length(answer #> '{pull,changes}') from last_sync), (select count(*)::integer from (
    select from learner.attempt where user_id = tests.learner() union all select from learner.session where user_id = tests.learner()
    union all select from learner.skill_progress where user_id = tests.learner()
    union all select from learner.practice where user_id = tests.learner()) row),
  'U6: a device with a retired schema pulls the learner''s rows');

update content.schema set state = 'retired';
select is(pg_temp.sync(20) #>> '{batch,results,0,status}', 'applied', 'U3: events are applied even if no schema is served');

select * from finish();
rollback;
