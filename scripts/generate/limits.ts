// The contract's numbers for SQL (functions of the schema private), for the Edge Functions (limits.gen.ts), and the steering defaults.
import * as limits from "../../client-contract/contract/limits.ts";
import { Ulid } from "../../client-contract/contract/ids.ts";
import { DEFAULT_STEERING } from "../../client-contract/contract/steering.ts";
import type { Artifact } from "./artifact.ts";
import { patternOf } from "./event_rules.ts";
import { literal, sqlSource } from "./sql.ts";

const SQL_LIMITS = [
  "DEFAULT_CONTENT_SCHEMA",
  "MAX_BATCH_EVENTS",
  "MAX_BATCH_BYTES",
  "MAX_EVENT_BYTES",
  "MAX_JSON_LEVELS",
  "MAX_ADOPTED_EVENTS",
  "DEFAULT_PAGE_ROWS",
  "MAX_PAGE_ROWS",
  "MAX_PAGE_BYTES",
  "MAX_DOMAINS",
  "DEFAULT_LIST_ROWS",
  "MAX_LIST_ROWS",
  "RESET_RANGE",
  "DEFAULT_PULL_CHANGES",
  "MAX_PULL_CHANGES",
] as const;

const FUNCTION_LIMITS = [
  "DEFAULT_CONTENT_SCHEMA",
  "MAX_BATCH_LINES",
  "MAX_BATCH_BYTES",
  "MAX_PROOF_AGE_S",
  "DEFAULT_PAGE_ROWS",
  "MAX_PAGE_ROWS",
  "MAX_DOMAINS",
  "DEFAULT_PULL_CHANGES",
] as const;

/** A function without arguments; in PL/pgSQL, since one in SQL is planned anew by every statement that uses it. */
const sqlConstant = (name: string, value: number) =>
  `create function private.${name}() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return ${value}; end $$;`;

/** supabase/schemas/10_platform/limits.gen.sql. */
export function sqlLimits(): Artifact {
  const isUlid =
    `create function private.is_ulid(p_text text) returns boolean language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return p_text ~ ${literal(patternOf(Ulid))}; end $$;`;
  return sqlSource(
    "10_platform/limits",
    "limits.ts, ids.ts and steering.ts",
    [
      ...SQL_LIMITS.map((name) => sqlConstant(name.toLowerCase(), limits[name])),
      sqlConstant("default_poll_after_s", DEFAULT_STEERING.poll_after_s),
      isUlid,
    ].join("\n"),
  );
}

/** supabase/schemas/40_ledger/steering_defaults.gen.sql: the row of ops.steering that is for all apps. */
export function steeringDefaults(): Artifact {
  const { poll_after_s: _, paused: __, upgrade: ___, ...defaults } = DEFAULT_STEERING;
  const row = { ...defaults, paused: false, note: "The defaults." };
  return sqlSource(
    "40_ledger/steering_defaults",
    "steering.ts",
    `insert into ops.steering (${Object.keys(row).join(", ")}, pause_s)
values (${Object.values(row).map(literal).join(", ")}, 3600);`,
  );
}

/**
 * supabase/schemas/60_progress/attempt_limits.gen.sql. With its number, since learners read the table and can't execute private functions: the planner
 * evaluates constraints as the reader.
 */
export function attemptLimits(): Artifact {
  return sqlSource(
    "60_progress/attempt_limits",
    "limits.ts",
    `alter table learner.attempt
  add constraint attempt_duration_in_range check (duration_ms between 0 and ${limits.MAX_DURATION_MS});`,
  );
}

/** supabase/functions/_shared/limits.gen.ts. */
export function functionLimits(): Artifact {
  const lines = FUNCTION_LIMITS.map((name) => `export const ${name} = ${limits[name]};`);
  return {
    path: "supabase/functions/_shared/limits.gen.ts",
    text: `// Generated from client-contract/contract/limits.ts by \`npm run generate\`; do not edit.\n\n${
      lines.join("\n")
    }\n`,
  };
}
