begin;
select plan(8);

select tests.a_release();
-- Skills whose stored lines differ from the questions of the newest release.
create function pg_temp.wrong() returns setof uuid language sql as $$
  with newest as (
    select distinct on (r.id) r.id, r.op, r.skill_id, r.sha256 from content.revision r
    where r.kind = 'question' and 2 between r.from_schema and r.schema order by r.id, r.version desc)
  select t.skill_id from content.tree_text t
  where t.lines is distinct from coalesce((
    select string_agg(n.id || ':' || encode(n.sha256, 'hex') || E'\n', '' order by n.id) from newest n
    where n.op = 'upsert' and n.skill_id = t.skill_id), '') $$;

select results_eq('select skill_id, length(lines) from content.tree_text order by 1',
  'select tests.skill(n), 204 from generate_series(1, 3) n', 'I12: the first release keeps a line for every question');
update content.question set prompt = 'Edited' where id in (tests.question(1), tests.question(4));
select tests.publish();
select is_empty('select pg_temp.wrong()', 'I12: an edited question replaces its line');
update content.question set skill_id = tests.skill(2), prompt = 'Moved' where id = tests.question(1);
update content.question set prompt = 'Edited' where id in (tests.question(2), tests.question(3));
select tests.publish();
select is_empty('select pg_temp.wrong()', 'I12: lines are right after questions moved between skills');
update content.question set status = 'withdrawn' where id = tests.question(2);
delete from content.question where id = tests.question(6);
select tests.publish(true);
select is_empty('select pg_temp.wrong()', 'I12: lines are right after questions were withdrawn or deleted');
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "1"}' where id = tests.question(5);
select tests.publish();
select is_empty('select from content.tree_text where skill_id = tests.skill(3)', 'I12: a skill that differs between the schemas keeps no lines');
update content.question set type = 'single_choice', choices = '{a,b}', answer = '{"choice": 0}' where id = tests.question(5);
select tests.publish();
update content.question set prompt = 'Alike again' where id = tests.question(5);
select tests.publish();
select is_empty('select pg_temp.wrong()', 'I12: a skill that is equal in the schemas again has the right lines');
update content.tree_text set lines = replace(lines, 'a', 'b');
update content.question set prompt = 'Edited again' where id in (tests.question(1), tests.question(3), tests.question(5));
select tests.publish();
select is_empty('select pg_temp.wrong()', 'I12: lines that are not of the newest release are built anew from the rows');
insert into content.question (skill_id, key, prompt, choices, answer)
select tests.skill(2), 'many/' || n, 'Question', '{a,b}', '{"choice": 0}' from generate_series(1, 101) n;
select tests.publish();
update content.question set prompt = 'Edited' where skill_id = tests.skill(2);
select tests.publish();
select is_empty('select pg_temp.wrong()', 'I12: lines are right after more than 100 edits in one skill');

select * from finish();
rollback;
