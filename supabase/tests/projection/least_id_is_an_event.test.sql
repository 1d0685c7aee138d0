begin;
select plan(6);

select tests.a_release();
select is(tests.send(tests.attempt(10, 1, '{}', '{"id": "00000000000000000000000000"}'), tests.attempt(11, 2), tests.attempt(12, 3, '{}', '{"id": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}')),
  array['applied', 'applied', 'applied'], 'I4: the least and the greatest ULID are valid event ids');
create temporary table before on commit drop as select * from private.projection_rows(tests.learner());
select is((select count(*) from before where kind = 'attempt'), 3::bigint, 'I6: attempts with the least and the greatest id are projected');
select is(ops.rebuild_learner(tests.learner()), 3::bigint, 'I6: attempts with the least and the greatest id are projected again by a rebuild');
select bag_eq('select * from private.projection_rows(tests.learner())', 'table before', 'I6: a rebuild of attempts with the least and the greatest id gives the same rows');
select is(private.check_projection(tests.learner()), 'same', 'I6: the check finds no difference for attempts with the least and the greatest id');
delete from learner.attempt where user_id = tests.learner() and event_id = '00000000-0000-0000-0000-000000000000';
select is(private.check_projection(tests.learner()), 'different', 'O4: the check notices that the attempt with the least id is missing');

select * from finish();
rollback;
