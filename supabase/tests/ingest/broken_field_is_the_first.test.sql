begin;
select plan(6);

select is(private.broken_field('event', 1::smallint, tests.attempt(10, 1)::jsonb), null, 'I7: a good event has none');
select is(private.broken_field('event', 1::smallint, '{"type": "x"}'), 'id', 'I7: the first one of several');
select is(private.broken_field('event', 1::smallint, '[]'), '', 'I7: the value itself, where it is no object');
select is(private.broken_field('event', 1::smallint, null), '', 'I7: or is nothing');
select is(private.broken_field('progress.reset', 1::smallint, tests.reset(10, 1, 0)::jsonb), 'body.count', 'I7: by the rules of its type');
select is_empty($$ select from private.event_type t where not exists (select from private.event_rule r
  where r.type = t.type and r.version = t.version) $$,
  'I7: every type has rules');

select * from finish();
rollback;
