// `npm start` and `npm run reset` as processes: what survives, what is told, and what is left behind.
import assert from "node:assert/strict";
import { isFree } from "../local/postgres/port.ts";
import { command, isGone, query, run, site, start } from "./supervised.ts";
import { until } from "../local/until.ts";

Deno.test("data and keys survive kill -9, which leaves no process, and SIGTERM ends everything in order", async () => {
  await using s = await site({ hasDatabase: true });
  const first = await start(s, "--functions=child");
  assert.equal(first.summary.apiUrl, `http://127.0.0.1:${s.apiPort}`);
  const { apiUrl: url, publishableKey: key, pages } = first.summary;
  assert.deepEqual(
    await (await fetch(`${pages.Console}config.json`)).json(),
    { url, key },
    "the console is served for this project",
  );
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

Deno.test("a data folder has one supervisor, whose process is named, and reset waits for its end", async () => {
  await using s = await site({ hasDatabase: true });
  const running = await start(s);
  const pid = new RegExp(`process ${running.summary.pid}\\b`);
  const second = await run("main.ts", s.args);
  assert.equal(second.code, 1);
  assert.match(second.text, /already running/);
  assert.match(second.text, pid);
  const early = await run("reset.ts", [`--data-folder=${s.folder}`, "--yes"]);
  assert.equal(early.code, 1);
  assert.match(early.text, pid);
  assert.match(early.text, /Stop it first/);
  const { apiUrl, publishableKey, databaseUrl } = running.summary;
  const env = await run("status.ts", [`--data-folder=${s.folder}`, "--env"]);
  for (
    const line of [`API_URL='${apiUrl}'`, `PUBLISHABLE_KEY='${publishableKey}'`, `DB_URL='${databaseUrl}'`]
  ) {
    assert.ok(env.text.split("\n").includes(`export ${line}`), env.text);
  }
  const status = await run("status.ts", [`--data-folder=${s.folder}`]);
  assert.match(status.text, pid);
  const [, log = ""] = /Database log +(\S+)/.exec(status.text) ?? [];
  assert.match(await Deno.readTextFile(log), /ready to accept connections/);
  await running.end("SIGINT");
  const reset = await run("reset.ts", [`--data-folder=${s.folder}`, "--yes"]);
  assert.equal(reset.code, 0, reset.text);
  assert.equal(
    (await run("reset.ts", [`--data-folder=${s.folder}`, "--yes"])).code,
    0,
    "nothing to remove is no error",
  );
});

Deno.test("a changed migration is reported, and a reset removes the data and keeps the keys", async () => {
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
  assert.equal((await run("reset.ts", [`--data-folder=${s.folder}`, "--yes"])).code, 0);

  const fresh = await start(s);
  assert.deepEqual(await query(s, "select to_regclass('public.gone') as gone"), [{ gone: null }]);
  assert.deepEqual(await query(s, "select current_user as me", "carrel_edge"), [{ me: "carrel_edge" }]);
  assert.equal(fresh.summary.secretKey, before.summary.secretKey);
  await fresh.end("SIGTERM");
});

Deno.test("a used port is reported with the option and the setting that change it", async () => {
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

Deno.test("a missing file of secrets is refused before the start", async () => {
  await using s = await site();
  for (const path of ["/does/not/exist", "/dev"]) {
    const { code, text } = await run("main.ts", [...s.args, `--env-file=${path}`]);
    assert.equal(code, 1);
    assert.ok(text.includes(`There is no file of secrets at ${path}.`), text);
    assert.doesNotMatch(text, /Starting/);
  }
});

Deno.test("an unknown option is refused with the list of options", async () => {
  const { code, text } = await run("main.ts", ["--port=1"]);
  assert.equal(code, 1);
  assert.match(text, /Unknown option '--port'/);
  assert.match(text, /--api-port N/);
});

Deno.test("a signal during the start ends everything that has started", async () => {
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
