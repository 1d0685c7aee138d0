begin;
select plan(24);

select tests.a_release();
select tests.send_for(n, tests.attempt(10, 1, '{"answer": {"choice": 1, "text": "SECRET"}}')) from generate_series(1, 2) n;

select tests.authenticate(tests.learner(1));
select alike((select string_agg(content::text, ' ') from public.own_data()), '%SECRET%', 'O5: a learner''s own export has their answers');
select unalike((select string_agg(content::text, ' ') from public.own_data()), '%' || tests.learner(2) || '%', 'I9: a learner''s own export has nothing of another learner');
select is((select count(distinct section) from public.own_data() where section in ('account', 'learner.event', 'learner.attempt', 'learner.device', 'learner.state', 'ops.audit')), 6::bigint,
  'O5: an export has the account, the tables and the trail');
select is(tests.raised($$ select public.own_data('nonsense') $$), 'CR012 cursor_invalid', 'I11: an invalid cursor of an export is refused');
select is(tests.raised(format('select public.own_data(%L)', cursor)), 'CR012 cursor_invalid', format('I9: an export does not begin at %s', cursor))
from unnest(array['pg_catalog.pg_authid|[]', 'learner.event|["abc"]', 'learner.event|5', 'ops.audit|["x", "1"]', 'a.b.c.d|[]', '"|[]', 'learner.event|"\u0000"']) cursor;
select is(tests.raised('select ops.export_learner_data(tests.learner(1), ''test'')'), '42501', 'I9: a learner cannot export as an administrator');
select tests.authenticate_anon();
select is(tests.raised('select public.own_data()'), '42501', 'I9: anon cannot export');
select tests.reset_role();
create function pg_temp.answer_as(p_role text, p_call text) returns text language plpgsql as $$
declare v_answer text;
begin
  perform tests.become('none', tests.token_of(tests.learner(5), p_role));
  v_answer := tests.raised(p_call);
  perform tests.reset_role();
  return v_answer;
end $$;
select is(pg_temp.answer_as(role, call), 'CR001', format('I9: the role %s cannot call %s', role, call))
from unnest(array['instructor', 'support']) role, unnest(array['select ops.export_learner_data(tests.learner(1), ''test'')', 'select ops.erasure_receipt(tests.learner(1))']) call;
select is(pg_temp.answer_as('admin', 'select ops.export_learner_data(tests.learner(1), ''test'')'), 'nothing', 'O5: an admin can export a learner''s data');
select is(pg_temp.answer_as('admin', 'select ops.export_learner_data(tests.learner(1), ''test'', ''account|[]'')'), 'nothing', 'O5: an export goes on at a cursor');
select is((select count(*) from ops.audit where action = 'export_learner_data' and after ->> 'reason' = 'test'), 2::bigint,
  'O1: each page of an export is recorded with its reason, also where a caller begins at a cursor');
create function pg_temp.pages() returns integer language plpgsql as $$
declare
  v_after text;
  v_next text;
begin
  for n in 1..50 loop
    select max(x.cursor) filter (where x.place = 1) into v_next from (
      select p.cursor, row_number() over (order by p.ordinality desc) as place from ops.export_learner_data(tests.learner(2), 'pages', v_after) with ordinality p) x;
    if v_next is null then return n; end if;
    v_after := v_next;
  end loop;
end $$;
select is(pg_temp.pages(), 2, 'O5: an export ends, although each page of it is recorded');
select is(tests.raised('select ops.export_learner_data(tests.learner(99), ''test'')'), 'CR070 ' || tests.learner(99), 'O5: there is no export of a learner who does not exist');
select ops.erase_learner(tests.learner(1));
select is(tests.raised('select ops.export_learner_data(tests.learner(1), ''test'')'), 'CR024', 'O5: there is no export of an erased learner');
select is(pg_temp.answer_as('support', 'select ops.retention()'), 'CR001', 'I9: support cannot read the retention');

select * from finish();
rollback;
