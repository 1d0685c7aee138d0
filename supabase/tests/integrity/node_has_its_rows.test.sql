begin;
select plan(9);

select tests.a_release();
create function pg_temp.node(p_version integer, p_id uuid, p_after text default null, p_limit integer default 1000) returns text
language sql as $$ select private.content_node(private.history(), 1::smallint, p_version, p_id, p_after, p_limit) $$;
create function pg_temp.ids(p_page text) returns uuid[]
language sql as $$
  select array_agg((l::json ->> 'id')::uuid) from string_to_table(p_page, E'\n') l where l <> '' and l::json ->> 'kind' not in ('page', 'end') $$;

select is(pg_temp.ids(pg_temp.node(1, tests.skill(1))), array[tests.skill(1), tests.question(1), tests.question(2)], 'C6: the node of a skill has the skill and its questions');
select is(pg_temp.node(1, tests.domain(1)),
  format(E'{"kind":"page","history":"%s","schema":1,"since":0,"until":1,"node":"%s"}\n', private.history(), tests.domain(1))
  || (select body from content.revision where 1 between from_schema and schema and version = 1 and kind = 'domain' and id = tests.domain(1))
  || E'\n{"kind":"end","rows":1,"next":null}\n', 'C6: the node of a domain has only the row of the domain, between page line and end line');
select is(
  (select encode(hash, 'hex') from content.tree_node where schema = 1 and kind = 'skill' and id = tests.skill(2)),
  (select encode(sha256(convert_to(string_agg((l::json ->> 'id') || ':' || encode(sha256(convert_to(l, 'UTF8')), 'hex') || E'\n', ''), 'UTF8')), 'hex')
   from string_to_table(pg_temp.node(1, tests.skill(2)), E'\n') l where l <> '' and l::json ->> 'kind' not in ('page', 'end')),
  'I12: the rows of a node prove its hash');

update content.question set skill_id = tests.skill(3), prompt = 'Moved' where id = tests.question(1);
delete from content.question where id = tests.question(5);
select tests.publish(true);
select is(pg_temp.ids(pg_temp.node(2, tests.skill(3))), array[tests.skill(3), tests.question(1), tests.question(6)], 'C6: the node of a skill has the questions that moved in');
select is(pg_temp.ids(pg_temp.node(2, tests.skill(1))), array[tests.skill(1), tests.question(2)], 'C6: the node of a skill lacks the questions that moved out');
select is(pg_temp.ids(pg_temp.node(1, tests.skill(3))), array[tests.skill(3), tests.question(5), tests.question(6)], 'C6: the node of an older version does not change');
select is(pg_temp.ids(pg_temp.node(2, tests.skill(3), null, 1)) || pg_temp.ids(pg_temp.node(2, tests.skill(3), private.sign_place(tests.question(1)::text), 1)),
  array[tests.skill(3), tests.question(1), tests.question(6)], 'C6: the first page of a node has the row of the skill');
select matches(pg_temp.node(2, tests.skill(3), null, 1), format(E'{"kind":"end","rows":2,"next":"%s"}\n$', private.sign_place(tests.question(1)::text)),
  'C6: the end line of a page has the cursor of the next page');
select throws_ok('select pg_temp.node(1, tests.question(1))', 'CR043', null, 'C6: a question has no node');

select * from finish();
rollback;
