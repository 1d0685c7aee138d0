begin;
select plan(6);

select tests.a_release();
-- An answer from a device that is ahead: version 2 is not published yet.
select tests.send(tests.attempt(10, 1, '{"content_version": 2}'), tests.event(11, 'badge.earned', '{}'));
select is((select array_agg(status order by event_id) from ops.quarantine where user_id = tests.learner()), '{held,held}', 'I7: events with an unknown version or type are held');

select tests.send(tests.attempt(12, 1));
select is((select count(*) from learner.event where user_id = tests.learner()), 1::bigint, 'I7: a batch without new knowledge leaves events held');

update content.domain set title = 'Edited' where id = tests.domain(1);
select tests.publish();
select tests.send(variadic '{}'::text[]);
select is((select array_agg(event_id order by event_id) from learner.attempt where user_id = tests.learner()),
  array[tests.event_id(10), tests.event_id(12)], 'I7: a batch without events applies the held event after its release');
select is((select array_agg(status order by event_id) from ops.quarantine where user_id = tests.learner()), '{superseded,held}', 'I7: an event of an unknown type stays held');

insert into private.event_type (type, version, rules) values ('badge.earned', 1, '$.body.type() == "object"');
select is(ops.replay_held(), 1, 'I7: replay_held applies a held event once its type is known');
select is((select count(*) from learner.event where user_id = tests.learner() and type = 'badge.earned'), 1::bigint, 'I7: the replayed event is in the ledger');

select * from finish();
rollback;
