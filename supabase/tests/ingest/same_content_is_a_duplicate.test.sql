begin;
select plan(3);

select tests.a_release();
select tests.send(tests.attempt(10, 1, '{"duration_ms": 1500}'));

select is(tests.send(replace(replace(tests.attempt(10, 1, '{"duration_ms": 1500}'), '": ', '"  :  '), '1500', '1.5e3')), array['duplicate'],
  'I4: other white space and another form of a number are the same content');
select is(tests.send(tests.attempt(10, 1, '{"duration_ms": 1500}', '{"device_id": "de000000-0000-4000-8000-000000000002"}')), array['duplicate'],
  'I4: a copy that another device took over is a duplicate');
select is_empty('select from ops.quarantine where user_id = tests.learner()', 'I4: duplicates leave nothing in quarantine');

select * from finish();
rollback;
