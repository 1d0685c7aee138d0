begin;
select plan(4);

select tests.a_release();
select is(private.collect_candidate(), private.collect_candidate(), 'I2: the same drafts have the same hash');
select is_empty('select from private.release_change()', 'I2: against their own release nothing changes');
select is_empty('select from private.candidate_problem()', 'I2: and nothing is wrong');

update content.domain set title = 'Renamed' where id = tests.domain(2);
select private.collect_candidate();
select results_eq('select kind, id, op, before_version from private.release_change()',
  $$ values ('domain', tests.domain(2), 'upsert', 1) $$, 'I2: an edit is one change');

select * from finish();
rollback;
