begin;
select plan(8);

select tests.a_release();
create temporary table answer on commit drop as
  select private.ingest_for(tests.learner(), tests.batch(tests.attempt(10, 1)))::jsonb as a;
create function pg_temp.pull(p_token text) returns jsonb language sql
as $$ select private.learner_changes(tests.learner(), null, 500, p_token)::jsonb $$;

select is((select a ->> 'token' from answer), pg_temp.pull(null) ->> 'cursor', 'U6: a batch''s answer says how far the learner''s rows have got');
select is(pg_temp.pull((select a ->> 'token' from answer)), pg_temp.pull(null), 'U6: a pull that asks for it has the batch');
select is(private.ingest_for(tests.learner(), tests.batch(tests.attempt(10, 1))) ->> 'token', (select a ->> 'token' from answer),
  'U6: a replay has the same token');
select is(pg_temp.pull(private.history() || '.999'), '{"reset": "cursor_ahead"}', 'I11: the primary does not wait for what it has lost');
select is(pg_temp.pull('0000000000000000.1'), '{"reset": "history_changed"}', 'I11: a token of another history is never met');
select is(tests.raised(format('select pg_temp.pull(%L)', bad)), 'CR044 at_least', format('U6: no token: %s', bad))
from unnest(array['', '1', private.history() || '.-1']) bad;

select * from finish();
rollback;
