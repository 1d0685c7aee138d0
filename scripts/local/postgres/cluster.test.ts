import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import {
  type Cluster,
  type ClusterOptions,
  DataFolderInUse,
  PortTaken,
  removeCluster,
  ServerFailed,
  startCluster,
} from "./cluster.ts";
import { freePort } from "./port.ts";
import { until } from "../until.ts";
import { CACHE_FOLDER, NODE_MODULES, reachable } from "./folders.ts";

/**
 * The data folder of all tests here, each of which begins with a fresh one: writing over its files is faster than
 * making them again (copy.ts).
 */
const SHARED = join(CACHE_FOLDER, "test", `cluster-${Deno.pid}`);
Deno.test.afterAll(() => removeCluster(SHARED));

const start = (dataFolder: string, o: Partial<ClusterOptions> = {}) =>
  startCluster({ dataFolder, port: 0, durable: false, ...o });

async function query(cluster: Cluster, text: string) {
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(text).simple()).map((row) => ({ ...row }));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function serverPid(dataFolder: string): Promise<number> {
  return Number(
    (await Deno.readTextFile(join(await reachable(dataFolder), "postmaster.pid"))).split("\n")[0],
  );
}

/** A zombie is gone, too: nobody may be there to collect it. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  return /^[^Z]/.test(new TextDecoder().decode(stdout).trim());
}

function untilGone(pid: number): Promise<void> {
  return until(`the end of process ${pid}`, async () => !await isAlive(pid), 50);
}

function untilBusy(cluster: Cluster): Promise<void> {
  const busy = "select 1 from pg_stat_activity where query ~ 'busy' and pid <> pg_backend_pid()";
  return until("the query", async () => (await query(cluster, busy)).length > 0, 20);
}

/** Another Deno process that holds a cluster on this data folder until it is killed. */
async function holdElsewhere(dataFolder: string): Promise<Deno.ChildProcess> {
  const options = JSON.stringify({ dataFolder, port: 0, durable: false, fresh: true });
  const code = `
    import { startCluster } from "${new URL("cluster.ts", import.meta.url).href}";
    const cluster = await startCluster(${options});
    console.log("ready");
    await cluster.ended;
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: NODE_MODULES,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "ready\n");
  await reader.cancel();
  return child;
}

/** Processes whose parent is `pid` and that run a shell: the watchdog. */
async function watchdogOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [child, parent, ...args] = line.trim().split(/\s+/);
    if (Number(parent) === pid && args.includes("trap")) return Number(child);
  }
  throw new assert.AssertionError({ message: `process ${pid} has no watchdog` });
}

Deno.test("data survives a restart with and without durable mode", async () => {
  for (const durable of [true, false]) {
    const progress: string[] = [];
    const first = await start(SHARED, { fresh: true, durable, onProgress: (line) => progress.push(line) });
    assert.equal(progress.at(-1), "Starting PostgreSQL");
    await query(first, "create table public.a as select 1 as id");
    await first.stop();
    await first.stop();

    const second = await start(SHARED, { durable });
    assert.deepEqual(await query(second, "select id, current_setting('fsync') as fsync from public.a"), [
      { id: 1, fsync: durable ? "on" : "off" },
    ]);
    await second.stop();
    await second.ended;
  }
});

Deno.test("the server listens on loopback only and requires a password", async () => {
  const cluster = await start(SHARED, { fresh: true });
  const sql = postgres(cluster.url("postgres").replace(":postgres@", ":wrong@"), { max: 1 });
  await assert.rejects(sql`select 1`, { code: "28P01" });
  await sql.end();
  assert.deepEqual(await query(cluster, "select current_setting('listen_addresses') as on"), [{
    on: "127.0.0.1",
  }]);
  await cluster.stop();
});

Deno.test("committed data survives kill -9 of the server, and the end is noticed", async () => {
  const first = await start(SHARED, { fresh: true, durable: true });
  await query(first, "create table public.a as select generate_series(1, 1000) as id");
  // Too busy to notice that its server is gone, as pg_sleep would.
  const busy = query(first, "select count(*) from generate_series(1, 1e9) where 'busy' <> ''").catch(
    () => {},
  );
  await untilBusy(first);
  Deno.kill(await serverPid(SHARED), "SIGKILL");
  await first.ended;
  await first.stop();

  const second = await start(SHARED, { durable: true });
  assert.deepEqual(await query(second, "select count(*)::int as n from public.a"), [{ n: 1000 }]);
  await second.stop();
  await busy;
});

Deno.test("the server stops when its supervisor is killed", async () => {
  const supervisor = await holdElsewhere(SHARED);
  const pid = await serverPid(SHARED);
  supervisor.kill("SIGKILL");
  await supervisor.status;
  await untilGone(pid);
  const cluster = await start(SHARED);
  await cluster.stop();
});

Deno.test("a server that outlived its supervisor and watchdog is stopped by the next start", async () => {
  const supervisor = await holdElsewhere(SHARED);
  const pid = await serverPid(SHARED);
  Deno.kill(await watchdogOf(supervisor.pid), "SIGKILL");
  supervisor.kill("SIGKILL");
  await supervisor.status;
  await delay(200);
  assert.equal(await isAlive(pid), true);

  const cluster = await start(SHARED);
  assert.equal(await isAlive(pid), false);
  assert.deepEqual(await query(cluster, "select 1 as one"), [{ one: 1 }]);
  await cluster.stop();
});

Deno.test("a cluster whose watchdog was killed stops normally", async () => {
  const cluster = await start(SHARED, { fresh: true });
  const watchdog = await watchdogOf(Deno.pid);
  Deno.kill(watchdog, "SIGKILL");
  await untilGone(watchdog);
  await cluster.stop();
});

Deno.test("a process id in postmaster.pid that belongs to another process is left alone", async () => {
  const cluster = await start(SHARED, { fresh: true });
  await cluster.stop();
  const file = join(await reachable(SHARED), "postmaster.pid");
  await Deno.writeTextFile(file, `${Deno.pid}\n/somewhere/else\n0\n1\n\n127.0.0.1\n0 0\nready\n`);
  const again = await start(SHARED);
  await again.stop();
});

Deno.test("a data folder has one supervisor", async () => {
  const cluster = await start(SHARED, { fresh: true });
  await assert.rejects(start(SHARED), DataFolderInUse);
  await assert.rejects(removeCluster(SHARED), DataFolderInUse);
  assert.deepEqual(await query(cluster, "select 1 as one"), [{ one: 1 }]);
  await cluster.stop();
});

Deno.test("a fresh start removes all data", async () => {
  const first = await start(SHARED, { fresh: true });
  await query(first, "create table public.left_over (id int)");
  // As a killed run leaves it.
  await first.stop("immediate");
  const second = await start(SHARED, { fresh: true });
  assert.deepEqual(await query(second, "select to_regclass('public.left_over') as left_over"), [{
    left_over: null,
  }]);
  await second.remove();
  await assert.rejects(Deno.stat(SHARED), Deno.errors.NotFound);
});

Deno.test("an incomplete data folder is created again", async () => {
  await removeCluster(SHARED);
  const draft = `${await reachable(SHARED)}.draft`;
  await Deno.mkdir(join(draft, "base"), { recursive: true });
  await Deno.writeTextFile(join(draft, "PG_VERSION"), "17\n");
  await Deno.writeTextFile(join(draft, "base", "rubbish"), "rubbish");
  const cluster = await start(SHARED);
  assert.deepEqual(await query(cluster, "select count(*)::int as n from pg_roles where rolname = 'anon'"), [{
    n: 1,
  }]);
  await cluster.stop();
  await assert.rejects(
    Deno.stat(join(await reachable(SHARED), "base", "rubbish")),
    Deno.errors.NotFound,
  );
});

Deno.test("a used port is reported, and the folder is free again", async () => {
  const port = freePort();
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  await assert.rejects(start(SHARED, { fresh: true, port }), (error) => {
    assert.ok(error instanceof PortTaken);
    assert.equal(error.port, port);
    assert.match(error.message, new RegExp(`${port}.*taken`));
    return true;
  });
  listener.close();
  const cluster = await start(SHARED, { port });
  assert.equal(cluster.port, port);
  await cluster.stop();
});

Deno.test("a server that cannot start shows the end of its log", async () => {
  const cluster = await start(SHARED, { fresh: true });
  await cluster.stop();
  await Deno.writeTextFile(
    join(await reachable(SHARED), "postgresql.auto.conf"),
    "work_mem = 'plenty'\n",
  );
  await assert.rejects(start(SHARED), (error) => {
    assert.ok(error instanceof ServerFailed);
    assert.match(error.message, /invalid value for parameter "work_mem": "plenty"/);
    return true;
  });
});
