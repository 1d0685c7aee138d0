begin;
select plan(4);

create function pg_temp.hash() returns bytea language plpgsql as $$
begin
  perform private.collect_change(false);
  return private.change_hash();
end $$;

select tests.a_release();
select is(pg_temp.hash(), pg_temp.hash(), 'I2: the same drafts have the same hash');
select is_empty('select from pg_temp.change', 'I2: the drafts of a fresh release have no changes');
select is_empty('select from private.candidate_problem()', 'I2: the drafts of a fresh release have no problems');

update content.domain set title = 'Renamed' where id = tests.domain(2);
select pg_temp.hash();
select results_eq('select from_schema, schema, kind, id, op, before_version from pg_temp.change',
  $$ values (1::smallint, 2::smallint, 'domain', tests.domain(2), 'upsert', 1) $$,
  'I2: an edit of a row is one change for both schemas');

select * from finish();
rollback;
