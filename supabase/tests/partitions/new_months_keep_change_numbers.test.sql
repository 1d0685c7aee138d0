begin;
select plan(1);

select tests.a_release();
select ops.ensure_partitions('2040-01-01', 0);
select tests.send(tests.attempt(10, 1, '{}', jsonb_build_object('id', private.uuid_to_ulid(private.ulid_floor('2040-01-15')))));
create temporary table before on commit drop as select change_seq from learner.state where user_id = tests.learner();

update learner.attempt set voided_at = now() where user_id = tests.learner();
select is((select change_seq from learner.attempt_2040_01 where user_id = tests.learner()), (select change_seq + 1 from before),
  'I8: an edit of a row in a new partition takes a change number');

select * from finish();
rollback;
