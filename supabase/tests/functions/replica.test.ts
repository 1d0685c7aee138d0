// Reading one's own writes through a replica that lags: a real standby, whose replay is held up.
import assert from "node:assert/strict";
import postgres from "postgres";
import { startCluster } from "../../../scripts/local/postgres/cluster.ts";
import { SUPABASE_FOLDER, WORK_FOLDER } from "../../../scripts/start/project.ts";
import { migrated } from "../../../scripts/local/postgres/recipes.ts";
import { until } from "../../../scripts/local/until.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import { openDatabase } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { event, header, ndjson } from "./bench.ts";

async function copyFolder(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  assert.ok(success);
}

Deno.test("U6: a lagging replica says so, and has the push once it has caught up", async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = (name: string) => `${WORK_FOLDER}/replica-${Deno.pid}-${name}`;
  const open = (name: string) =>
    startCluster({ dataFolder: folder(name), port: 0, durable: false, recipe: migrated(SUPABASE_FOLDER) });
  const start = async (name: string) => {
    const cluster = await open(name);
    cleanup.defer(() => cluster.remove());
    return cluster;
  };
  const template = await open("primary");
  const setup = postgres(template.url("postgres"), { max: 1 });
  await acceptTokensWithoutSession(setup).finally(() => setup.end());
  await template.stop();
  await copyFolder(folder("primary"), folder("standby"));
  const primary = await start("primary");
  const conninfo = `primary_conninfo = '${primary.url("postgres").replace(/\/postgres$/, "")}'\n`;
  await Deno.writeTextFile(`${folder("standby")}/postgresql.auto.conf`, conninfo, { append: true });
  await Deno.writeTextFile(`${folder("standby")}/standby.signal`, "");
  const standby = await start("standby");

  const admin = postgres(standby.url("supabase_admin"), { max: 1, onnotice: () => {} });
  cleanup.defer(() => admin.end());
  // As PostgREST connects.
  const rest = postgres(standby.url("authenticator"), { max: 1 });
  cleanup.defer(() => rest.end());
  const learner = { id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" };
  const [writer, reader] = [
    openDatabase(primary.url("carrel_edge")),
    openDatabase(standby.url("carrel_edge")),
  ];
  const pull = (atLeast: string | null) =>
    reader.changes({ learner: learner.id, session: null, cursor: null, limit: 10, atLeast, device: null })
      .then((text) => JSON.parse(text), (error: unknown) => error);
  const pushed = async () => {
    const answer = JSON.parse(
      (await writer.sync({ learner: learner.id, session: null }, ndjson(header(learner), event(learner))))
        .answer,
    );
    const token: string = answer.batch.token;
    return token;
  };
  const caughtUp = async (token: string) => {
    let answer: Awaited<ReturnType<typeof pull>>;
    await until("the standby", async () => {
      answer = await pull(token);
      if (answer instanceof Problem) assert.deepEqual([answer.code, answer.retryAfter], ["behind", 1]);
      return !(answer instanceof Problem);
    });
    return answer;
  };

  assert.equal((await caughtUp(await pushed())).changes.length, 1);
  await admin`select pg_wal_replay_pause()`;
  const token = await pushed();
  const late = await pull(token);
  assert.ok(late instanceof Problem && late.code === "behind");
  const refused = await rest.begin(async (tx) => {
    await tx`select set_config('role', 'authenticated', true),
      set_config('request.jwt.claims', ${JSON.stringify({ sub: learner.id })}, true)`;
    return await tx`select public.learner_changes(at_least => ${token})`;
  }).then(() => assert.fail("the replica has not caught up"), (error: postgres.PostgresError) => error);
  assert.deepEqual([refused.code, JSON.parse(refused.message).code], ["PGRST", "CR080"], "over RPC too");
  const { status, headers } = JSON.parse(refused.detail ?? "{}");
  assert.equal(status, 503);
  assert.match(headers["Retry-After"], /^[1-6]$/);
  assert.equal((await pull(null)).changes.length, 1, "who does not ask for it gets what there is");
  await admin`select pg_wal_replay_resume()`;
  assert.equal((await caughtUp(token)).changes.length, 2);
});
