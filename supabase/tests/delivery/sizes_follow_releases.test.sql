begin;
select plan(6);

select tests.a_release();
create function pg_temp.actual(p_version integer, p_schema integer default 1) returns table (domain_id uuid, rows bigint, bytes bigint)
language sql as $$
  select coalesce(r.domain_id, '00000000-0000-0000-0000-000000000000'), count(*), sum(octet_length(r.body) + 1)
  from content.revision r
  where p_schema between r.from_schema and r.schema and r.op = 'upsert' and r.version <= p_version and not exists (
    select from content.revision n where p_schema between n.from_schema and n.schema and n.kind = r.kind and n.id = r.id and n.version > r.version and n.version <= p_version)
  group by grouping sets ((r.domain_id), ()) $$;

select set_eq('select domain_id, rows, bytes from content.release_size where schema = 1', 'select * from pg_temp.actual(1)',
  'C2: the first release has the right rows and bytes in total and for each domain');
update content.skill set domain_id = tests.domain(2) where id = tests.skill(2);
update content.question set prompt = 'A longer prompt than it was' where id = tests.question(1);
delete from content.question where id = tests.question(5);
select tests.publish();
select set_eq('select distinct on (domain_id) domain_id, rows, bytes from content.release_size where schema = 1 order by domain_id, version desc',
  'select * from pg_temp.actual(2)', 'C2: sizes follow edits, moves and deletes');
delete from content.question where skill_id in (select id from content.skill where domain_id = tests.domain(2));
delete from content.skill where domain_id = tests.domain(2);
delete from content.domain where id = tests.domain(2);
select tests.publish(true);
select results_eq($$ select rows, bytes from content.release_size where schema = 1 and domain_id = tests.domain(2) and version = 3 $$,
  'values (0, 0::bigint)', 'C2: a deleted domain has size zero');
select ok((select bool_and(coalesce(change_bytes > before, true)) from (
  select change_bytes, lag(change_bytes) over (partition by domain_id order by version) as before from content.release_size where schema = 1) z),
  'C2: the bytes of changes add up over the releases');

-- One release has two texts of a question that differs between the schemas, and a tombstone in one schema of a row in the other.
update content.question set type = 'numeric', choices = '{}', answer = '{"value": "9.81"}' where id = tests.question(1);
update content.question set type = 'true_false', choices = '{}', answer = '{"value": true}' where id in (tests.question(2), tests.question(3));
select tests.publish(true);
update content.question set type = 'single_choice', choices = '{a,b}', answer = '{"choice": 0}' where id in (tests.question(1), tests.question(2));
delete from content.question where id = tests.question(3);
select tests.publish(true);
prepare sizes as
  select distinct on (domain_id) domain_id, rows, bytes from content.release_size where schema = $1 and domain_id <> tests.domain(2)
  order by domain_id, version desc;
select set_eq(format('execute sizes(%s)', schema), format('select * from pg_temp.actual(5, %s)', schema),
  format('C2: the sizes of schema %s are those of its own texts', schema))
from generate_series(1, 2) schema;

select * from finish();
rollback;
