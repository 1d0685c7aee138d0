begin;
select plan(9);

-- Row level security without a policy: making a partition runs no CREATE POLICY, which locks tables of the platform on older images.
select ops.ensure_partitions('2040-01-01', 0);
select is_empty(
  $$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('learner', 'ops') and c.relispartition and c.relkind = 'r'
       and (not c.relrowsecurity or exists (select from pg_policy y where y.polrelid = c.oid)) $$,
  'I9: every partition has row level security and no policy');
select is_empty($$ select name from tests.product_table t, unnest(array['anon', 'authenticated', 'service_role', 'carrel_edge']) role
    where t.relispartition and t.name in (select tests.relations_open_to(role)) $$, 'I9: no role of the API has a right on a partition');

select tests.send(tests.event(1, 'app.recovered', '{"code": "x", "duration_ms": 1}', jsonb_build_object('occurred_at', '2040-01-02T00:00:00.000Z',
  'id', private.uuid_to_ulid(private.ulid_floor('2040-01-02Z')))));
select is((select tableoid::regclass::text from ops.telemetry where user_id = tests.learner()), 'ops.telemetry_2040_01', 'I9: the tested row is in the new partition');

select tests.authenticate(tests.learner());
select throws_ok('select from learner.attempt_2040_01', '42501', null, 'I9: a learner cannot read a partition by its name');
select tests.reset_role();

-- Even a grant by mistake opens nothing: only the parent's policy shows rows.
grant usage on schema ops to authenticated;
grant select, insert, update, delete on ops.telemetry_2040_01, ops.telemetry to authenticated;
select tests.authenticate(tests.learner());
select is((select count(*) from ops.telemetry_2040_01), 0::bigint, 'I9: a partition shows no row to a learner who may read it');
select throws_ok($$ insert into ops.telemetry_2040_01 (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    values (tests.learner(), private.ulid_floor('2040-01-03Z'), 'x', 1, tests.device(), now(), 0, '{}', now()) $$, '42501', null,
  'I9: a partition takes no row of a learner who may write it');
select is((select count(*) from ops.telemetry), 1::bigint, 'I9: the parent shows the learner''s own row of the partition');
select tests.authenticate(tests.learner(2));
select is((select count(*) from ops.telemetry), 0::bigint, 'I9: the parent shows another learner nothing');
select tests.reset_role();
select is((select count(*) from ops.telemetry_2040_01), 1::bigint, 'I9: the row stays for those who bypass row level security');

select * from finish();
rollback;
