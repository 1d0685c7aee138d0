begin;
select plan(13);

select tests.a_release();
select tests.send(tests.attempt(10, 1), tests.progress(11, 1, 101));
select tests.send_for(2, tests.attempt(12, 1));
select tests.session(4);
update auth.users set email = 'ada@carrel.test' where id = tests.learner(4);
-- An event of a clock that is right, which is found by its time; those of the helpers are of 2025, and in the default partition.
select tests.send(replace(tests.attempt(13, 1), tests.ulid(13), private.uuid_to_ulid(private.ulid_floor(now()))),
  tests.event(14, 'app.recovered', '{"code": "x", "duration_ms": 1}', jsonb_build_object('id', private.uuid_to_ulid((left(private.ulid_floor(now())::text, 35) || '1')::uuid))));
insert into learner.adoption (user_id, adopted_by, adopted_at, change_seq, moved, duplicate, conflict) values (tests.learner(6), tests.learner(1), now(), 1, 0, 0, 0);
insert into ops.erasure (user_id, reason, erased_at) values (tests.learner(7), 'requested', now());

create function pg_temp.found(p_text text) returns table (matched text, learner uuid, state text) language sql as $$
  select f.matched, f.learner_id, f.state from public.support_find(p_text, 'test') f $$;
grant execute on function pg_temp.found(text) to public;
create temporary table asked (what, asked, expected) on commit drop as values
  ('their id', tests.learner(1)::text, format('(%L, %L::uuid, %L)', 'learner', tests.learner(1), 'present')),
  ('their e-mail address in any case', ' Ada@Carrel.test ', format('(%L, %L::uuid, %L)', 'email', tests.learner(4), 'never_synced')),
  ('a device that two learners share', tests.device()::text, format('(%1$L, %2$L::uuid, %4$L), (%1$L, %3$L::uuid, %4$L)', 'device', tests.learner(1), tests.learner(2), 'present')),
  ('a stored event in lower case', lower(tests.ulid(10)), format('(%L, %L::uuid, %L)', 'event', tests.learner(1), 'present')),
  ('a quarantined event', tests.ulid(11), format('(%L, %L::uuid, %L)', 'event', tests.learner(1), 'present')),
  ('an event of this moment', private.uuid_to_ulid(private.ulid_floor(now())), format('(%L, %L::uuid, %L)', 'event', tests.learner(1), 'present')),
  ('a report of a device', private.uuid_to_ulid((left(private.ulid_floor(now())::text, 35) || '1')::uuid), format('(%L, %L::uuid, %L)', 'event', tests.learner(1), 'present')),
  ('the id of an adopted learner', tests.learner(6)::text, format('(%L, %L::uuid, %L)', 'learner', tests.learner(6), 'adopted')),
  ('the id of an erased learner', tests.learner(7)::text, format('(%L, %L::uuid, %L)', 'learner', tests.learner(7), 'erased'));
grant select on asked to public;
select tests.authenticate(tests.learner(9), 'support');
select bag_eq(format('select * from pg_temp.found(%L)', asked), format('values %s', expected), 'O2: support finds a learner by ' || what) from asked;
select bag_eq(format('select matched, learner from pg_temp.found(%L)', tests.ulid(1)), format('values (%1$L, %2$L::uuid), (%1$L, %3$L::uuid)', 'batch', tests.learner(1), tests.learner(2)),
  'O2: support finds the learners by the id of a batch');
select is_empty($$ select * from pg_temp.found('nobody@carrel.test') $$, 'O2: an unknown address finds nobody');
select is(tests.raised($$ select * from pg_temp.found('Ada') $$), 'CR071 query', 'O2: a text that is no id and no address is refused');
select tests.reset_role();
select unalike((select string_agg(concat_ws(' ', before, after), ' ') from ops.audit where action = 'support_find'), '%arrel.test%', 'O5: the record of a search has no e-mail address');

select * from finish();
rollback;
