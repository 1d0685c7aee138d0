// Faults in a project's database, each found by one check of the doctor.
import { freePort } from "../../local/postgres/port.ts";
import type { Fault } from "./fault.ts";

const job = (change: string) =>
  `update ops.job set ${change}, last_run_at = now(), last_ok_at = now() where name = 'bundles'`;
const trigger = "alter table learner.device %s trigger device_audit_hand";

export const databaseFaults: readonly Fault[] = [
  {
    check: "database",
    says: /not reached \(ECONNREFUSED\)/,
    target: { database: `postgresql://postgres:x@127.0.0.1:${freePort()}/postgres` },
  },
  {
    check: "migrations",
    says: /Not applied: \d+_rights\.sql/,
    sql: [
      "create table public.kept as select * from supabase_migrations.schema_migrations where name = 'rights'; delete from supabase_migrations.schema_migrations where name = 'rights'",
      "insert into supabase_migrations.schema_migrations select * from public.kept; drop table public.kept",
    ],
  },
  {
    check: "migrations",
    says: /not in this checkout: 20990101000000/,
    sql: [
      "insert into supabase_migrations.schema_migrations (version, name) values ('20990101000000', 'later')",
      "delete from supabase_migrations.schema_migrations where name = 'later'",
    ],
  },
  {
    check: "migrations",
    says: /another text than this checkout has: \d+_rights\.sql/,
    sql: [
      "update supabase_migrations.schema_migrations set statements = statements || array['select 1'] where name = 'rights'",
      "update supabase_migrations.schema_migrations set statements = statements[:cardinality(statements) - 1] where name = 'rights'",
    ],
  },
  {
    check: "extensions",
    says: /pg_net is missing/,
    sql: [
      "update pg_extension set extname = 'pg_net_gone' where extname = 'pg_net'",
      "update pg_extension set extname = 'pg_net' where extname = 'pg_net_gone'",
    ],
  },
  {
    check: "extensions",
    says: /pg_cron 1\.4 has no schedules in seconds/,
    sql: [
      "create table public.kept as select extversion as version from pg_extension where extname = 'pg_cron'; update pg_extension set extversion = '1.4' where extname = 'pg_cron'",
      "update pg_extension set extversion = (select version from public.kept) where extname = 'pg_cron'; drop table public.kept",
    ],
  },
  {
    check: "limits",
    says: /read-only/,
    sql: [
      "alter database postgres set default_transaction_read_only = on",
      "set transaction_read_only = off; alter database postgres reset default_transaction_read_only",
    ],
  },
  {
    check: "limits",
    status: "warning",
    says: /authenticated have no statement_timeout/,
    sql: [
      "alter role authenticated reset statement_timeout",
      "alter role authenticated set statement_timeout = '8s'",
    ],
  },
  {
    check: "jobs",
    says: /Not scheduled as the migrations do it: bundles\./,
    sql: [
      "update cron.job set jobname = 'gone' where jobname = 'carrel_bundles'",
      "update cron.job set jobname = 'carrel_bundles' where jobname = 'gone'",
    ],
  },
  {
    check: "jobs",
    says: /not active: bundles\./,
    sql: [
      "update cron.job set active = false where jobname = 'carrel_bundles'",
      "update cron.job set active = true where jobname = 'carrel_bundles'",
    ],
  },
  {
    check: "jobs",
    says: /Late: bundles\./,
    sql: [job("failures = 0").replace("= now()", "= now() - interval '1 day'"), job("failures = 0")],
  },
  {
    check: "jobs",
    says: /fails \(runs in a row: 3\): no room \(53100\)/,
    sql: [job("failures = 3, last_error = 'no room (53100)'"), job("failures = 0, last_error = null")],
  },
  {
    check: "jobs",
    says: /pg_cron has stopped/,
    sql: [
      "update ops.job set last_run_at = now() - interval '9 days'",
      "update ops.job set last_run_at = now()",
    ],
  },
  {
    check: "default privileges",
    says: /SELECT on tables of public/,
    sql: [
      "alter default privileges for role postgres in schema public grant select on tables to anon",
      "alter default privileges for role postgres in schema public revoke select on tables from anon",
    ],
  },
  {
    check: "default privileges",
    says: /temporary objects/,
    sql: [
      "grant temporary on database postgres to public",
      "revoke temporary on database postgres from public",
    ],
  },
  {
    check: "default privileges",
    says: /Without row level security: ops\.wake/,
    sql: [
      "alter table ops.wake disable row level security",
      "alter table ops.wake enable row level security",
    ],
  },
  {
    check: "realtime",
    says: /no row level security/,
    sql: [
      "alter table realtime.messages disable row level security",
      "alter table realtime.messages enable row level security",
    ],
  },
  {
    check: "realtime",
    says: /messages_select_carrel is missing or changed/,
    sql: [
      "alter policy messages_select_carrel on realtime.messages to authenticated, anon",
      "alter policy messages_select_carrel on realtime.messages to authenticated",
    ],
  },
  {
    check: "realtime",
    status: "warning",
    says: /may open Carrel's channels: everything/,
    sql: [
      "create policy everything on realtime.messages for select to anon using (true)",
      "drop policy everything on realtime.messages",
    ],
  },
  {
    check: "realtime",
    says: /can't be sent/,
    sql: [
      "alter table realtime.messages add constraint full_up check (topic <> 'carrel:doctor') not valid",
      "alter table realtime.messages drop constraint full_up",
    ],
  },
  {
    check: "bucket",
    says: /is missing/,
    sql: [
      "set session_replication_role = replica; update storage.buckets set id = 'elsewhere', name = 'elsewhere' where id = 'content'",
      "update storage.buckets set id = 'content', name = 'content' where id = 'elsewhere'; reset session_replication_role",
    ],
  },
  {
    check: "bucket",
    says: /is public/,
    sql: [
      "update storage.buckets set public = true where id = 'content'",
      "update storage.buckets set public = false where id = 'content'",
    ],
  },
  {
    check: "bucket",
    says: /refuses files of 1 MiB/,
    sql: [
      "update storage.buckets set file_size_limit = 1000 where id = 'content'",
      "update storage.buckets set file_size_limit = null where id = 'content'",
    ],
  },
  {
    check: "bucket",
    status: "warning",
    says: /may open the bucket `content`: everything/,
    sql: [
      "create policy everything on storage.objects for select to anon using (true)",
      "drop policy everything on storage.objects",
    ],
  },
  {
    check: "alarms",
    status: "warning",
    says: /trigger_disabled: Trigger/,
    sql: [trigger.replace("%s", "disable"), trigger.replace("%s", "enable")],
  },
];
