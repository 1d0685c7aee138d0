begin;
select plan(13);

select tests.a_release();
select tests.send(tests.attempt(10, 1));

select is(private.learner_changes(tests.learner(), cursor, 500)::jsonb, jsonb_build_object('reset', reason),
  format('I11: a pull is reset with %s for the cursor %s', reason, cursor))
from (values
  ('0000000000000000.1', 'history_changed'), ('0000000000000000.999', 'history_changed'), (private.history() || '.999', 'cursor_ahead'),
  ('', 'cursor_invalid'), ('1', 'cursor_invalid'), (private.history(), 'cursor_invalid'), (private.history() || '.', 'cursor_invalid'),
  (private.history() || '.-1', 'cursor_invalid'), (private.history() || '.1.1', 'cursor_invalid'), (upper(private.history()) || 'Z.1', 'cursor_invalid'),
  (private.history() || '.9999999999999999999', 'cursor_invalid')) bad (cursor, reason);
select is(private.learner_changes(tests.learner(9), private.history() || '.1', 500) ->> 'reset', 'cursor_ahead',
  'I11: a cursor of an unknown learner is answered with a reset');
select is(private.learner_changes(tests.learner(), private.history() || '.0', 500)::jsonb, private.learner_changes(tests.learner(), null, 500)::jsonb,
  'I8: the cursor 0 is the start');

select * from finish();
rollback;
