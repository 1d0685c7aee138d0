begin;
select plan(4);

select tests.a_release();
select tests.send(tests.progress(10, 1, 101), tests.progress(11, 1, 102));

select is(tests.send(tests.progress(10, 1, 100)), array['applied'], 'I7: a corrected event with the id of a quarantined one is applied');
select results_eq('select event_id, status from ops.quarantine where user_id = tests.learner() order by event_id',
  $$ values (tests.event_id(10), 'superseded'), (tests.event_id(11), 'open') $$, 'I7: a corrected event supersedes its own broken form only');
select is(tests.send(tests.progress(10, 1, 101)), array['quarantined invalid_event body.mastery'], 'I7: a broken form that arrives again is quarantined');
select is((select status from ops.quarantine where event_id = tests.event_id(10)), 'superseded', 'I7: a broken form that arrives again stays superseded');

select * from finish();
rollback;
