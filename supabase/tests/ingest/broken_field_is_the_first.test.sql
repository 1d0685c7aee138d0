begin;
select plan(6);

select is(private.broken_field('event', 1::smallint, tests.attempt(10, 1)::jsonb), null, 'I7: a valid event has no broken field');
select is(private.broken_field('event', 1::smallint, '{"type": "x"}'), 'id', 'I7: the first of several broken fields is named');
select is(private.broken_field('event', 1::smallint, '[]'), '', 'I7: a value that is no object has the empty field name');
select is(private.broken_field('event', 1::smallint, null), '', 'I7: a null value has the empty field name');
select is(private.broken_field('progress.reset', 1::smallint, tests.reset(10, 1, 0)::jsonb), 'body.count', 'I7: the rules of the event type are checked');
select is_empty($$ select from private.event_type t where not exists (select from private.event_rule r
  where r.type = t.type and r.version = t.version) $$,
  'I7: every event type has rules');

select * from finish();
rollback;
