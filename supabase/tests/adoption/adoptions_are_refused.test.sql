begin;
select plan(16);

-- 1 and 3 are accounts, 2, 4, 5 and 6 are anonymous.
select tests.a_release();
insert into auth.users (id, is_anonymous) select tests.learner(n), n not in (1, 3) from generate_series(1, 6) n;
select tests.send_for(n, tests.attempt(n * 10, 1)) from generate_series(1, 6) n;

create function pg_temp.adopt(p_account integer, p_anonymous integer) returns text language sql as $$
  select tests.raised(format('select ops.adopt_learner(tests.learner(%s), tests.learner(%s), ''the same person'')', p_account, p_anonymous)) $$;
select is(pg_temp.adopt(1, 1), 'CR051 same_learner', 'U10: nobody adopts themselves');
select is(pg_temp.adopt(1, 3), 'CR051 not_anonymous', 'U10: a learner with an account is not adopted');
select is(pg_temp.adopt(9, 2), 'CR070 ' || tests.learner(9), 'U10: somebody without an account adopts nobody');
select is(tests.raised('select ops.adopt_learner(tests.learner(1), tests.learner(2), '''')'), 'CR071 reason', 'U10: an adoption by hand needs a reason');
select is((select count(*) from learner.event where user_id = tests.learner(3)), 1::bigint, 'U10: refused adoptions move nothing');

-- An anonymous learner may adopt another, and then be adopted with what they have.
select ops.adopt_learner(tests.learner(2), tests.learner(4), 'the same person');
select ops.adopt_learner(tests.learner(1), tests.learner(2), 'the same person');
select results_eq('select user_id, adopted_by from learner.adoption order by 1', $$ values (tests.learner(2), tests.learner(1)), (tests.learner(4), tests.learner(1)) $$,
  'U10: what an adopted learner had adopted belongs to the account');
select is(tests.send(tests.attempt(41, 1, '{}', jsonb_build_object('learner_id', tests.learner(4)))), array['applied'], 'U10: events of a learner in the middle of a chain count for the account');
select is((select count(*) from learner.event where user_id = tests.learner(1)), 4::bigint, 'U10: the account has the events of the whole chain');
select is(pg_temp.adopt(2, 5), 'CR050', 'U10: an adopted learner adopts nobody');
select is(pg_temp.adopt(3, 2), 'CR051 adopted_by_another', 'U10: a learner is adopted by one account only');

-- Erasures and deleted accounts.
select ops.erase_learner(tests.learner(5));
select is(pg_temp.adopt(1, 5), 'CR054', 'O5: an erased learner is not adopted, and the device is not told to delete what the account has');
select is(tests.raised('select ops.erase_learner(tests.learner(2))'), 'CR050', 'O5: an adopted learner is erased with their account alone');
delete from auth.users where id = tests.learner(2);
select is_empty('select from ops.account_deletion', 'O5: deleting the anonymous account of an adopted learner starts no grace period');
select ops.erase_learner(tests.learner(1));
select ops.run_erasures();
select bag_eq('select user_id from ops.erasure where erased_at is not null', 'select tests.learner(n) from unnest(array[1, 2, 4, 5]) n', 'O5: erasing an account erases the ids that it has adopted');
select is(pg_temp.adopt(1, 6), 'CR024', 'O5: an erased account adopts nobody');
select is(tests.raised(format('select tests.send_for(2, %L)', tests.attempt(99, 1))), 'CR024', 'O5: a device of an adopted id brings nothing back after the erasure');

select * from finish();
rollback;
