// `npm start` and `npm run reset` as processes: what survives, what is told, and what is left behind.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startCluster } from "./postgres/cluster.ts";
import { SUPABASE_FOLDER } from "./postgres/migrations.ts";
import { freePort, isFree } from "./postgres/port.ts";
import { migrated } from "./postgres/recipes.ts";
import { databaseFolder } from "./stack.ts";
import type { Summary } from "./summary.ts";
import { until } from "./until.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

interface Site extends AsyncDisposable {
  apiPort: number;
  dbPort: number;
  folder: string;
  args: string[];
}

/** As an earlier start left it. What all migrations cost is paid where a start without a database is the claim. */
async function makeDatabase(dataFolder: string): Promise<void> {
  const recipe = migrated(SUPABASE_FOLDER);
  const cluster = await startCluster({ dataFolder, port: 0, durable: true, recipe });
  await cluster.stop();
}

/** A data folder and ports of its own. */
async function site(o: { hasDatabase?: boolean } = {}): Promise<Site> {
  const holder = await Deno.makeTempDir();
  // PostgreSQL's user has to pass through it.
  await Deno.chmod(holder, 0o755);
  const folder = join(holder, "data");
  if (o.hasDatabase) await makeDatabase(databaseFolder(folder));
  const [apiPort, dbPort] = [freePort(), freePort()];
  const args = [`--api-port=${apiPort}`, `--db-port=${dbPort}`, `--data-folder=${folder}`];
  return {
    apiPort,
    dbPort,
    folder,
    args,
    async [Symbol.asyncDispose]() {
      await Deno.remove(holder, { recursive: true });
    },
  };
}

function command(script: "main.ts" | "reset.ts", args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(HERE, script), ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs to the end and gives the exit code with everything printed. */
async function run(script: "main.ts" | "reset.ts", args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await command(script, args).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

interface Supervisor {
  summary: Summary;
  /** Sends a signal; gives the exit code and what was printed on standard error. */
  end(signal: Deno.Signal): Promise<{ code: number; text: string }>;
}

/** Starts the stack and waits for its summary. */
async function start(s: Site, ...more: string[]): Promise<Supervisor> {
  const child = command("main.ts", [...s.args, "--json", ...more]).spawn();
  const text = new Response(child.stderr).text();
  let summary: Summary | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    summary = JSON.parse(chunk);
    break;
  }
  if (!summary) throw new Error(`It did not start:\n${await text}`);
  return {
    summary,
    async end(signal) {
      child.kill(signal);
      const { code } = await child.status;
      return { code, text: await text };
    },
  };
}

async function query(s: Site, text: string, role = "postgres"): Promise<Record<string, unknown>[]> {
  const sql = postgres(`postgresql://${role}:postgres@127.0.0.1:${s.dbPort}/postgres`, { max: 1 });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}

function isGone(s: Site): Promise<void> {
  return until("free ports", () => isFree(s.apiPort) && isFree(s.dbPort), 50);
}

Deno.test("data and keys survive kill -9, which leaves nothing running; SIGTERM ends everything in order", async () => {
  await using s = await site({ hasDatabase: true });
  const first = await start(s, "--functions=child");
  assert.equal(first.summary.apiUrl, `http://127.0.0.1:${s.apiPort}`);
  await query(s, "create table public.kept as select 42 as answer");
  await first.end("SIGKILL");
  await isGone(s);

  const second = await start(s);
  assert.deepEqual(await query(s, "select answer from public.kept"), [{ answer: 42 }]);
  assert.equal(second.summary.publishableKey, first.summary.publishableKey);
  assert.deepEqual(await query(s, "select current_user as me", "carrel_edge"), [{ me: "carrel_edge" }]);
  const { publishableKey: apikey } = second.summary;
  const settings = await fetch(`${second.summary.apiUrl}/auth/v1/settings`, { headers: { apikey } });
  assert.equal(settings.status, 200);
  await settings.body?.cancel();
  const { code } = await second.end("SIGTERM");
  assert.equal(code, 0);
  assert.ok(isFree(s.apiPort) && isFree(s.dbPort));
});

Deno.test("a data folder has one supervisor, which is named; reset waits until it is gone", async () => {
  await using s = await site({ hasDatabase: true });
  const running = await start(s);
  const pid = new RegExp(`process ${running.summary.pid}\\b`);
  const second = await run("main.ts", s.args);
  assert.equal(second.code, 1);
  assert.match(second.text, /already running/);
  assert.match(second.text, pid);
  const early = await run("reset.ts", s.args);
  assert.equal(early.code, 1);
  assert.match(early.text, pid);
  assert.match(early.text, /Stop it first/);
  await running.end("SIGINT");
  const reset = await run("reset.ts", s.args);
  assert.equal(reset.code, 0, reset.text);
  assert.equal((await run("reset.ts", s.args)).code, 0, "nothing to remove is no error");
});

Deno.test("a changed migration is noticed, and a reset is the way on; it forgets the data and keeps the keys", async () => {
  await using s = await site({ hasDatabase: true });
  const before = await start(s);
  await query(s, "create table public.gone ()");
  await query(
    s,
    `update supabase_migrations.schema_migrations set statements = array['select 1']
     where version = (select min(version) from supabase_migrations.schema_migrations)`,
  );
  await before.end("SIGTERM");
  const refused = await run("main.ts", s.args);
  assert.equal(refused.code, 1);
  assert.match(refused.text, /was changed after it had been applied/);
  assert.match(refused.text, /npm run reset/);
  assert.ok(isFree(s.dbPort));
  assert.equal((await run("reset.ts", s.args)).code, 0);

  const fresh = await start(s);
  assert.deepEqual(await query(s, "select to_regclass('public.gone') as gone"), [{ gone: null }]);
  assert.deepEqual(await query(s, "select current_user as me", "carrel_edge"), [{ me: "carrel_edge" }]);
  assert.equal(fresh.summary.secretKey, before.summary.secretKey);
  await fresh.end("SIGTERM");
});

Deno.test("a taken port is named with the option and the setting that choose another one", async () => {
  await using s = await site();
  for (
    const [port, option, key] of [[s.apiPort, "--api-port", "[api]"], [
      s.dbPort,
      "--db-port",
      "[db]",
    ]] as const
  ) {
    using _taken = Deno.listen({ hostname: "127.0.0.1", port });
    const { code, text } = await run("main.ts", s.args);
    assert.equal(code, 1);
    assert.ok([`Port ${port} `, option, key].every((part) => text.includes(part)), text);
    assert.doesNotMatch(text, /^\s+at /m, "no stack trace");
  }
  await isGone(s);
});

Deno.test("an unknown option is refused with the list of options", async () => {
  const { code, text } = await run("main.ts", ["--port=1"]);
  assert.equal(code, 1);
  assert.match(text, /Unknown option '--port'/);
  assert.match(text, /--api-port N/);
});

Deno.test("a signal in the middle of the start ends what has been started", async () => {
  await using s = await site({ hasDatabase: true });
  // A test that was held up comes to a stack that is ready, and tries again.
  let isReady = true;
  for (let tries = 0; isReady && tries < 10; tries++) {
    const child = command("main.ts", s.args).spawn();
    const out = new Response(child.stdout).text();
    const err = new Response(child.stderr).text();
    await until("a gateway that listens", () => !isFree(s.apiPort), 5);
    child.kill("SIGTERM");
    const { code } = await child.status;
    assert.equal(code, 0, await err);
    isReady = /ready/.test(await out);
    assert.ok(isFree(s.apiPort) && isFree(s.dbPort));
  }
  assert.ok(!isReady, "the signal came too late every time");
});
