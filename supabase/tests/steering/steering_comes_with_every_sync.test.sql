begin;
select plan(5);

insert into ops.steering (platform, batch_events, upgrade_to, upgrade_required_from, upgrade_message)
values ('android', 100, '2.0', '2027-01-01', 'Please update.');
create temporary table answer on commit drop as select (private.sync_for(tests.learner(), tests.session(), tests.header())).answer::jsonb as a;

select is((select a -> 'steering' from answer), private.steering_for('android', '1.4.0')::jsonb, 'U8: the answer of a push has the steering for its app');
select is((select a #>> '{steering,batch_events}' from answer), '100', 'U8: the answer of a push has the steering for its platform');
select is((select a #> '{steering,upgrade}' from answer), jsonb_build_object('to', '2.0', 'required_from', '2027-01-01'::timestamptz, 'message', 'Please update.'),
  'U8: steering has the advice to upgrade and the date from which it is required');
select is(private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device())::jsonb -> 'steering', private.steering_for('android', '1.4.0')::jsonb,
  'U8: a pull has the steering for the app that the device last named');
select is(private.pull_for(tests.learner(), tests.session(), null, 10, null, tests.device(2))::jsonb -> 'steering', private.steering_for(null, null)::jsonb,
  'U8: a pull of an unknown device has the default steering');

select * from finish();
rollback;
