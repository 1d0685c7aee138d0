// The report for an issue: findings and facts about the deployment, and nothing about a person or the way in.
import { connect } from "../content/database.ts";
import { BUILDS, CONTRACT_VERSION } from "../../supabase/functions/_shared/build.gen.ts";
import { redactorFor, redactValue } from "./redact.ts";
import type { Result } from "./run.ts";
import type { Target } from "./target.ts";

/** Facts of the database; null where it is not reached or is not Carrel's. */
async function databaseFacts(target: Target): Promise<unknown> {
  if (!target.database) return null;
  const sql = connect(target.database, "doctor");
  try {
    const [row] = await sql<{ facts: unknown }[]>`
      select json_build_object(
        'postgres', current_setting('server_version'),
        'migrations', (select json_agg(m.version order by m.version) from supabase_migrations.schema_migrations m),
        'extensions', (select json_object_agg(e.extname, e.extversion) from pg_extension e),
        'jobs', (
          select json_agg(json_build_object('name', j.name, 'last_run_at', j.last_run_at, 'last_ok_at', j.last_ok_at,
            'failures', j.failures, 'last_error', j.last_error) order by j.name) from ops.job j),
        'health', (select json_agg(json_build_object('name', h.name, 'status', h.status, 'value', h.value, 'samples', h.samples)) from public.sync_health h),
        -- The planner's estimates: a count would read the tables.
        'rows', (
          select json_object_agg(c.oid::regclass::text, c.reltuples::bigint) from pg_class c
          where c.relnamespace in ('content'::regnamespace, 'learner'::regnamespace, 'ops'::regnamespace) and c.relkind = 'r' and c.reltuples > 0)
      ) as facts`;
    return row?.facts ?? null;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { error: error.message };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The report as JSON text. */
export async function makeBundle(target: Target, results: readonly Result[]): Promise<string> {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../package.json", import.meta.url)));
  const report = {
    made_at: new Date().toISOString(),
    carrel: { version, contract: CONTRACT_VERSION, builds: BUILDS },
    system: { deno: Deno.version.deno, os: Deno.build.os, arch: Deno.build.arch },
    target: {
      local: target.isLocal,
      given: (["database", "url", "publishableKey", "secretKey"] as const).filter((name) => target[name]),
    },
    findings: results,
    database: await databaseFacts(target),
  };
  return JSON.stringify(redactValue(report, redactorFor(target)), null, 2) + "\n";
}
