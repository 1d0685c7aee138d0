begin;
select plan(5);

select tests.a_release();

select is(tests.send(tests.event(10, 'note.written', '{"text": "…"}'), tests.attempt(11, 1, '{}', '{"version": 2}'), tests.attempt(12, 1)),
  array['quarantined unknown_type', 'quarantined unknown_version', 'applied'], 'I7: events with an unknown type or version are quarantined');
select bag_eq('select event_id, code, status, body from ops.quarantine where user_id = tests.learner()',
  $$ values (tests.event_id(10), 'unknown_type', 'held', tests.event(10, 'note.written', '{"text": "…"}')),
            (tests.event_id(11), 'unknown_version', 'held', tests.attempt(11, 1, '{}', '{"version": 2}')) $$,
  'I7: events with an unknown type or version are held with their text');
select is(tests.send(tests.event(13, 'batch', '{}'), tests.event(14, 'event', '{}')),
  array['quarantined unknown_type', 'quarantined unknown_type'],
  'I7: the names of the envelopes are no event types');

insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.text.type() == "string"');
select is(tests.send(tests.event(10, 'note.written', '{"text": "…"}')), array['duplicate'], 'I7: a held event is applied as soon as its type is known');
select is((select status from ops.quarantine where user_id = tests.learner() and event_id = tests.event_id(10)), 'superseded',
  'I7: an applied held event is superseded in quarantine');

select * from finish();
rollback;
