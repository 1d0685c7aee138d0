// What is built for a project: its size, its policy, and that nothing but the project's address is named.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { runCommand } from "../testkit/run_command.ts";
import { buildConsole } from "./build.ts";
import { COMMAND, run } from "./main.ts";
import { serveConsole } from "./serve.ts";
import { contentPolicy, readSite } from "./site.ts";

const PROJECT = { url: "https://abcdefghijklmnopqrst.supabase.co", key: "sb_publishable_0123456789abcdef" };
/** The most of all files after gzip. */
const MOST_BYTES = 120_000;

Deno.test("O7: all files of the console have at most 120 kB after gzip", async () => {
  const files = await readSite(await buildConsole(), PROJECT);
  const bytes = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body, { level: 9 }).length, 0);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  assert.ok(bytes > 20_000, `${bytes} bytes are no console`);
});

Deno.test("O7: a build removes what a killed build has left, and leaves a build alone that goes on", async () => {
  const folder = await buildConsole();
  const [old, fresh] = [`${folder}.old`, `${folder}.fresh`];
  await Deno.mkdir(old);
  await Deno.utime(old, 0, 0);
  await Deno.mkdir(fresh);
  await buildConsole();
  await assert.rejects(Deno.stat(old), Deno.errors.NotFound);
  await Deno.remove(fresh);
});

Deno.test("O7: the page's policy lets it load its own files and call the project, and nothing else", async () => {
  const files = await readSite(await buildConsole(), PROJECT);
  const page = new TextDecoder().decode(files.get("index.html")?.body);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  assert.equal(policy, contentPolicy(PROJECT));
  assert.doesNotMatch(policy ?? "", /unsafe|\*|data:|blob:/);
  assert.match(policy ?? "", /connect-src 'self' https:\/\/abcdefghijklmnopqrst\.supabase\.co;/);
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
});

Deno.test("O7: two projects differ in the page and config.json alone", async () => {
  const folder = await buildConsole();
  const [one, other] = await Promise.all([
    readSite(folder, PROJECT),
    readSite(folder, { url: "http://127.0.0.1:54321", key: "sb_publishable_other" }),
  ]);
  const text = (files: typeof one, path: string) => new TextDecoder().decode(files.get(path)?.body);
  const different = [...one.keys()].filter((path) => text(one, path) !== text(other, path));
  assert.deepEqual(different, ["index.html", "config.json"].filter((path) => different.includes(path)));
  assert.equal(different.length, 2);
});

Deno.test("O7: a served console sends its policy as a header, and keeps assets in the browser's cache", async () => {
  const folder = await buildConsole();
  await using site = serveConsole(() => Promise.resolve(folder), PROJECT);
  const page = await fetch(site.url);
  const [, asset] = /src="\.\/(assets\/[^"]+)"/.exec(await page.text()) ?? [];
  assert.match(
    page.headers.get("content-security-policy") ?? "",
    /default-src 'none'.*frame-ancestors 'none'$/,
  );
  assert.equal(page.headers.get("cache-control"), "no-cache");
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  const script = await fetch(`${site.url}${asset}`);
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.match(script.headers.get("cache-control") ?? "", /immutable/);
  await script.body?.cancel();
  for (const [path, init, status] of [["../deno.json", {}, 404], ["", { method: "POST" }, 405]] as const) {
    const answer = await fetch(`${site.url}${path}`, init);
    assert.equal(answer.status, status);
    await answer.body?.cancel();
  }
});

Deno.test("O7: a console whose build fails says so, and builds again at the next request", async () => {
  const folder = await buildConsole();
  let builds = 0;
  await using site = serveConsole(
    () => ++builds === 1 ? Promise.reject(new Error("It can't be built.")) : Promise.resolve(folder),
    PROJECT,
  );
  const statuses: number[] = [];
  for (let n = 0; n < 2; n++) {
    const answer = await fetch(site.url);
    statuses.push(answer.status);
    await answer.body?.cancel();
  }
  assert.equal(statuses.at(-1), 200);
  assert.equal(builds, 2);
});

Deno.test("O7: a secret key or a wrong address is refused before anything is written", async () => {
  const out = await Deno.makeTempDir();
  try {
    for (
      const args of [[], ["--url", PROJECT.url, "--key", "sb_secret_x"], [
        "--url",
        "abc",
        "--key",
        PROJECT.key,
      ]]
    ) {
      const { code } = await runCommand({ COMMAND, run }, [...args, "--out", `${out}/site`]);
      assert.notEqual(code, 0);
    }
    assert.deepEqual([...Deno.readDirSync(out)], []);
    const { code, stderr } = await runCommand({ COMMAND, run }, [
      "--url",
      `${PROJECT.url}/`,
      "--key",
      PROJECT.key,
      "--out",
      `${out}/site`,
    ]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${out}/site/config.json`)), PROJECT);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
