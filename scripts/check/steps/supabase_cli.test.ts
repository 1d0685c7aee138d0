// The steps that ask the Supabase CLI see what is wrong with a database.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../start/project.ts";
import { advise, judgeFindings } from "./advisors.ts";
import { compareMigrations } from "./cli.ts";

Deno.test("advisors: a table without row level security is found", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  await sql`create table public.offender (id integer constraint offender_pkey primary key)`;
  await sql`grant select on public.offender to anon`;
  await sql.end();
  const { failures } = await advise(cluster.url("postgres"), []);
  assert.deepEqual(failures.map(({ at }) => at), ["public.offender"]);
  assert.match(failures[0]?.message ?? "", /^rls_disabled_in_public \(error\): /);
});

Deno.test("advisors: an allowed finding passes, and an unused entry fails", () => {
  const found = { name: "unused_index", level: "INFO", detail: "d", metadata: { schema: "ops", name: "t" } };
  const entry = { lint: "unused_index", object: "ops.t", reason: "fresh database" };
  assert.deepEqual(judgeFindings({ results: [found] }, [entry]), { passed: 1, failures: [] });
  assert.equal(judgeFindings({ results: [found] }, [{ ...entry, object: "ops.u" }]).failures.length, 2);
  assert.equal(judgeFindings({ results: [] }, [entry]).failures.length, 1);
});

Deno.test("cli: migrations that a database lacks are named", async () => {
  await using cluster = await throwAwayCluster();
  const { failures } = await compareMigrations(cluster);
  assert.match(failures[0]?.message ?? "", /^\d{14} is not recorded in the database$/);
  assert.equal(failures.at(-1)?.message, "would push");
});
