begin;
select plan(11);

select tests.a_release();
update content.domain set title = 'Second' where id = tests.domain(1);
select tests.publish();
delete from learner.device;
create function pg_temp.contact(p_learner integer, p_device integer, p_version integer) returns jsonb
language sql as $$ select jsonb_build_object('learner', tests.learner(p_learner), 'session', tests.session(p_learner), 'version', p_version,
  'device', ('de000000-0000-4000-8000-' || lpad(p_device::text, 12, '0'))::uuid) $$;

select is(private.record_contacts(json_build_array(pg_temp.contact(1, 1, 1), pg_temp.contact(1, 2, 2), pg_temp.contact(2, 1, 2), pg_temp.contact(2, 1, 1))),
  3, 'C4: several contacts of one device are recorded as one');
select set_eq('select user_id, content_version from learner.device', 'values (tests.learner(1), 1), (tests.learner(1), 2), (tests.learner(2), 1)',
  'C4: a device''s last contact decides its content version');
select is(private.record_contacts(json_build_array(pg_temp.contact(1, 1, 2))), 1, 'C4: a later contact updates the content version of a device');
select is(private.record_contacts(json_build_array(pg_temp.contact(1, 3, 3), pg_temp.contact(1, 3, -1))), 0, 'C4: a contact with a version that does not exist is ignored');
select is((select content_version from learner.device where user_id = tests.learner(1) order by device_id limit 1), 2, 'C4: a device has the content version of its last valid contact');

select private.record_contacts(json_build_array(pg_temp.contact(1, 2, null), pg_temp.contact(3, 1, null)));
select results_eq('select content_version, last_seen_at > first_seen_at from learner.device where user_id in (tests.learner(1), tests.learner(3)) order by device_id, user_id',
  'values (2, true), (null, false), (2, true)', 'O2: a contact without a version updates only last_seen_at');
delete from learner.device where user_id = tests.learner(3);

select private.record_contacts(json_agg(pg_temp.contact(3, n, 2))) from generate_series(1, 50) n;
select is(private.record_contacts(json_build_array(pg_temp.contact(3, 51, 1))), 1, 'U3: a contact of a 51st device is recorded');
select is((select count(*) from learner.device where user_id = tests.learner(3)), 50::bigint, 'U3: a learner keeps at most 50 devices');

select private.record_contacts((select json_agg(pg_temp.contact(5, n, 2)) from generate_series(1, 300) n));
select is((select count(*) from learner.device where user_id = tests.learner(5)), 50::bigint, 'U3: a learner keeps at most 50 devices when all arrive in one call');
delete from learner.device where user_id = tests.learner(5);

update learner.device set last_seen_at = now() - interval '31 days' where user_id = tests.learner(2);
insert into learner.device (user_id, device_id, first_seen_at, last_seen_at) values (tests.learner(4), tests.learner(4), now(), now());
select results_eq('select version, state, devices, share from ops.content_freshness()',
  $$ values (2, 'current', 51::bigint, 0.9623), (1, 'outdated', 1, 0.0189), (null, 'unknown', 1, 0.0189) $$,
  'O4: content_freshness counts recently seen devices by version and state');
select public.require_release(2);
select is((select state from ops.content_freshness() where version = 1), 'must_update', 'C4: content_freshness marks versions below the required release as must_update');

select * from finish();
rollback;
