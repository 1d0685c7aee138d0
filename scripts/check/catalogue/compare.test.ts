// Every kind of difference between two databases is found, and a person can read what differs.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { throwAwayCluster } from "../../start/project.ts";
import type { Failure } from "../step.ts";
import { compareCatalogues } from "./compare.ts";
import { catalogueOf, loadMigrations, withConnection } from "./databases.ts";

/** A planted difference and how it is reported. */
interface Planted {
  kind: string;
  statement: string;
  reported: Failure;
}

const only = (at: string, detail: string): Failure => ({ at, message: "is only in planted", detail });
const differs = (at: string, ...lines: string[]): Failure => ({
  at,
  message: "differs between migrations (-) and planted (+)",
  detail: lines.join("\n"),
});

const PLANTED: Planted[] = [
  {
    kind: "column",
    statement: 'alter table ops.history add column note text collate pg_catalog."C"',
    reported: only("column ops.history.note", "text collate C"),
  },
  {
    kind: "type of a column",
    statement: "alter table ops.job alter column failures type bigint",
    reported: differs("column ops.job.failures", "- integer not null", "+ bigint not null"),
  },
  {
    kind: "default",
    statement: "alter table ops.history alter column rotated_at set default clock_timestamp()",
    reported: differs("default of ops.history.rotated_at", "- now()", "+ clock_timestamp()"),
  },
  {
    kind: "constraint",
    statement: "alter table ops.job drop constraint job_failures_not_negative",
    reported: {
      at: "constraint job_failures_not_negative on ops.job",
      message: "is only in migrations",
      detail: "CHECK (failures >= 0)",
    },
  },
  {
    kind: "index",
    statement: "create index history_rotated_at_idx on ops.history (rotated_at)",
    reported: only(
      "index ops.history_rotated_at_idx",
      "CREATE INDEX history_rotated_at_idx ON ops.history USING btree (rotated_at)",
    ),
  },
  {
    kind: "function body",
    statement:
      `create or replace function private.max_page_rows() returns integer language plpgsql immutable parallel safe
      set search_path = pg_catalog, pg_temp as $$ begin return 1; end $$`,
    reported: differs(
      "body of function private.max_page_rows()",
      "-  begin return 2000; end ",
      "+  begin return 1; end ",
    ),
  },
  {
    kind: "function",
    statement: "create function private.added(p_id uuid) returns uuid language sql return p_id",
    reported: only("function private.added(uuid)", "(p_id uuid) returns uuid, language sql"),
  },
  {
    kind: "volatility",
    statement: "alter function private.history() volatile",
    reported: differs("volatility of function private.history()", "- stable", "+ volatile"),
  },
  {
    kind: "security",
    statement: "alter function private.history() security invoker",
    reported: differs("security of function private.history()", "- security definer", "+ security invoker"),
  },
  {
    kind: "setting",
    statement: "alter function private.history() set lock_timeout = '1s'",
    reported: differs(
      "settings of function private.history()",
      "  search_path=pg_catalog, pg_temp",
      "+ lock_timeout=1s",
    ),
  },
  {
    kind: "trigger",
    statement: "alter table ops.audit disable trigger audit_append_only",
    reported: differs(
      "trigger audit_append_only on ops.audit",
      "  CREATE TRIGGER audit_append_only BEFORE DELETE OR TRUNCATE ON ops.audit FOR EACH STATEMENT EXECUTE FUNCTION private.forbid_change()",
      "+ disabled",
    ),
  },
  {
    kind: "policy",
    statement: "alter policy history_all_nobody on ops.history to anon",
    reported: differs(
      "policy history_all_nobody on ops.history",
      "- permissive for all to anon, authenticated",
      "+ permissive for all to anon",
    ),
  },
  {
    kind: "row level security",
    statement: "alter table ops.job disable row level security",
    reported: differs("table ops.job", "- row level security"),
  },
  {
    kind: "grant on a table",
    statement: "grant select, update on ops.job to service_role",
    reported: differs(
      "grants on table ops.job",
      "  postgres: delete, insert, maintain, references, select, trigger, truncate, update",
      "+ service_role: select, update",
    ),
  },
  {
    kind: "grant on a function",
    statement: "grant execute on function private.history() to anon",
    reported: differs("grants on function private.history()", "+ anon: execute"),
  },
  {
    kind: "grant on the database",
    statement: "grant temporary on database postgres to public",
    reported: differs(
      "grants on the database",
      "  postgres: connect, create, temporary",
      "- public: connect",
      "+ public: connect, temporary",
    ),
  },
  {
    kind: "owner",
    statement:
      "grant create on schema private to carrel_edge; alter function private.is_jsonb(text) owner to carrel_edge",
    reported: differs("owner of function private.is_jsonb(text)", "- postgres", "+ carrel_edge"),
  },
  {
    kind: "comment",
    statement: "comment on table ops.history is 'Another text.'",
    reported: differs(
      "comment on table ops.history",
      "- One row. history() combines its seed with the cluster's identifier and timeline, so a restore changes the history.",
      "+ Another text.",
    ),
  },
  {
    kind: "type",
    statement: "create type private.mood as enum ('good', 'bad')",
    reported: only("type private.mood", "owner supabase_admin 'good', 'bad'"),
  },
  {
    kind: "configuration row",
    statement: "update ops.signal_setting set hint_at_once = 61",
    reported: differs("row of ops.signal_setting 1", "  id: 1", "- hint_at_once: 100", "+ hint_at_once: 61"),
  },
  {
    kind: "job",
    statement: "update cron.job set schedule = '45 seconds' where jobname = 'carrel_erasures'",
    reported: differs("row of cron.job carrel_erasures", "- schedule: 30 seconds", "+ schedule: 45 seconds"),
  },
  {
    kind: "setting of a role",
    statement: "alter role carrel_edge set lock_timeout = '3s'",
    reported: differs(
      "settings of role carrel_edge",
      "  statement_timeout=8s",
      "- lock_timeout=2s",
      "+ lock_timeout=3s",
    ),
  },
];

Deno.test("catalogue: a planted difference of each kind is reported readably", async (t) => {
  await using cluster = await throwAwayCluster();
  await loadMigrations(cluster);
  const before = await catalogueOf(cluster);
  const plant = async (sql: postgres.Sql) => {
    for (const { statement } of PLANTED) await sql.unsafe(statement).simple();
  };
  // Only a superuser gives a function to any role.
  await withConnection(cluster, plant, "supabase_admin");
  const found = compareCatalogues(
    { name: "migrations", facts: before },
    { name: "planted", facts: await catalogueOf(cluster) },
  );
  for (const { kind, reported } of PLANTED) {
    await t.step(kind, () => assert.deepEqual(found.find(({ at }) => at === reported.at), reported));
  }
});

Deno.test("catalogue: a database has no difference from itself", () => {
  const facts = new Map([["column a.b", "text"]]);
  assert.deepEqual(compareCatalogues({ name: "one", facts }, { name: "two", facts: new Map(facts) }), []);
});
