begin;
select plan(6);

select tests.a_release();
create temporary table line on commit drop as
  select tests.attempt(10, 1, '{}', jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor('2040-01-15')))) as text;
select tests.send(text) from line;
insert into learner.batch values (tests.learner(), '2040-01-15', tests.event_id(1), tests.device(), 0, 0, 0, 0, 0);
create temporary table before on commit drop as select * from learner.event where user_id = tests.learner();
select is((select tableoid::regclass::text from learner.event where user_id = tests.learner()), 'learner.event_default',
  'I4: an event of a month without a partition is stored in the default partition');

select ops.ensure_partitions('2040-01-01', 0);
select is((select tableoid::regclass::text from learner.event where user_id = tests.learner()), 'learner.event_2040_01',
  'I4: a new partition takes the events of its month');
select is((select tableoid::regclass::text from learner.attempt where user_id = tests.learner()), 'learner.attempt_2040_01',
  'I4: a new partition takes the attempts of its month');
select is((select tableoid::regclass::text from learner.batch where received_at = '2040-01-15'), 'learner.batch_2040_01',
  'I4: a new partition takes the batches of its month');
select set_eq('select * from learner.event where user_id = tests.learner()', 'table before', 'I4: events do not change when they move into a new partition');
select is(tests.send(text), array['duplicate'], 'I4: an event that moved into a new partition is still known') from line;

select * from finish();
rollback;
