begin;
select plan(8);

create function pg_temp.may_join(p_topic text) returns boolean
language plpgsql
as $$
begin
  -- Realtime checks in the same way whether the policies show a row of the topic.
  perform set_config('realtime.topic', p_topic, true);
  return exists (select from realtime.messages where topic = p_topic);
end
$$;
grant execute on function pg_temp.may_join(text) to anon, authenticated;
insert into realtime.messages (topic, extension) values
  ('content', 'broadcast'), ('learner:' || tests.learner(1), 'broadcast'), ('learner:' || tests.learner(2), 'broadcast'), ('lobby', 'broadcast');

select tests.authenticate(tests.learner(1));
select ok(pg_temp.may_join('content'), 'I9: a learner can join the channel content');
select ok(pg_temp.may_join('learner:' || tests.learner(1)), 'I9: a learner can join their own channel');
select ok(not pg_temp.may_join('learner:' || tests.learner(2)), 'I9: a learner cannot join the channel of another learner');
select ok(not pg_temp.may_join('lobby'), 'I9: a learner cannot join any other channel');
select throws_ok($$ insert into realtime.messages (topic, extension) values ('content', 'broadcast') $$, '42501', null,
  'I9: a learner cannot broadcast');
select tests.reset_role();
delete from auth.sessions where user_id = tests.learner(1);
select tests.authenticate(tests.learner(1));
select ok(not pg_temp.may_join('learner:' || tests.learner(1)), 'I9: a signed-out token cannot join the learner''s channel');
select ok(pg_temp.may_join('content'), 'C1: a signed-out token can join the channel content until it expires');
select tests.authenticate_anon();
select ok(not pg_temp.may_join('content'), 'I9: a caller without a session cannot join a channel');

select * from finish();
rollback;
