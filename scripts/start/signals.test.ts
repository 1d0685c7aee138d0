import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "./project.ts";
import { configureSignals } from "./signals.ts";

Deno.test("the database learns the URL of its functions once, and again when it changes", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const url = cluster.url("postgres");
  await configureSignals(url, "http://127.0.0.1:54321");
  await configureSignals(url, "http://127.0.0.1:54321");
  await configureSignals(url, "http://127.0.0.1:54399");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const secrets = await sql`
    select name, decrypted_secret as secret from vault.decrypted_secrets where name like 'carrel_functions_%' order by name`;
  const [audit] = await sql`select count(*)::int as calls from ops.audit where action = 'configure_signals'`;
  await sql.end();
  assert.deepEqual(secrets.map(({ name, secret }) => [name, secret]), [
    ["carrel_functions_url", "http://127.0.0.1:54399/functions/v1"],
  ]);
  assert.equal(audit?.calls, 2);
});

Deno.test("a project without workers is left unchanged", async () => {
  await using cluster = await throwAwayCluster();
  await configureSignals(cluster.url("postgres"), "http://127.0.0.1:54321");
});
