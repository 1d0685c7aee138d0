begin;
select plan(8);

select tests.a_release();
create temporary table answer on commit drop as
  select private.ingest_for(tests.learner(), tests.session(), tests.batch(tests.attempt(10, 1)))::jsonb as a;
create function pg_temp.pull(p_token text) returns jsonb language sql
as $$ select private.learner_changes(tests.learner(), null, 500, p_token)::jsonb $$;

select is((select a ->> 'token' from answer), pg_temp.pull(null) ->> 'cursor', 'U6: the token of a batch equals the cursor of a complete pull');
select is(pg_temp.pull((select a ->> 'token' from answer)), pg_temp.pull(null), 'U6: a pull with the token of a batch contains the batch');
select is(private.ingest_for(tests.learner(), tests.session(), tests.batch(tests.attempt(10, 1))) ->> 'token', (select a ->> 'token' from answer),
  'U6: a replay has the same token');
select is(pg_temp.pull(private.history() || '.999'), '{"reset": "cursor_ahead"}', 'I11: a token ahead of the primary is answered with a reset');
select is(pg_temp.pull('0000000000000000.1'), '{"reset": "history_changed"}', 'I11: a token of another history is answered with a reset');
select is(tests.raised(format('select pg_temp.pull(%L)', bad)), 'CR044 at_least', format('U6: an at_least value is refused: %s', bad))
from unnest(array['', '1', private.history() || '.-1']) bad;

select * from finish();
rollback;
