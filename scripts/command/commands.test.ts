// Every command of package.json, as a person meets it: help, mistakes, and what must never happen by accident.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explainListen } from "../local/postgres/port.ts";
import { type Ran, runCommand, runProcess } from "../testkit/run_command.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(join(ROOT, "package.json")),
);
/** The commands' scripts; those that call a tool's own command line have none. */
const COMMANDS = Object.values(scripts).flatMap((line) => /deno\.mjs run -A (\S+)$/.exec(line)?.[1] ?? []);

/** Whatever was printed has neither colours, which a pipe does not want, nor a stack trace. */
function plain({ code, stdout, stderr }: Ran) {
  const [out, err] = [stdout.trimEnd(), stderr.trimEnd()];
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(`${out}${err}`, /\x1b\[/, "no colour codes in a pipe");
  assert.doesNotMatch(err, /^\s+at |Uncaught/m, "no stack trace");
  return { code, out, err };
}

/** Runs a command in this process. */
async function run(script: string, ...args: string[]) {
  return plain(await runCommand(await import(`../../${script}`), args));
}

/** Runs a command through the launcher that npm uses, in a pipe. */
async function launch(script: string, ...args: string[]) {
  const command = new Deno.Command("node", {
    args: ["scripts/deno.mjs", "run", "-A", script, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "", INIT_CWD: ROOT },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return plain(await runProcess(command));
}

const last = (text: string) => text.split("\n").at(-1);

for (const script of COMMANDS) {
  Deno.test(`${script}: --help prints the usage and does nothing, whatever else is said`, async () => {
    for (const args of [["--help"], ["--nonsense", "--help"]]) {
      const { code, out, err } = await run(script, ...args);
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /^Usage: npm /);
      assert.match(out, /^ {2}--help {2,}print this text$/m);
    }
  });

  Deno.test(`${script}: an unknown option is named last, below a one-line usage`, async () => {
    const { code, out, err } = await launch(script, "--nonsense");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^Usage: npm .*\nUnknown option '--nonsense'\.$/);
  });
}

Deno.test("reset asks before it deletes: without a terminal it wants --yes", async () => {
  const folder = await Deno.makeTempDir();
  const kept = join(folder, "storage");
  for (const file of [kept, join(folder, "keys.json")]) await Deno.writeTextFile(file, "");
  const reset = (...args: string[]) => launch("scripts/start/reset.ts", `--data-folder=${folder}`, ...args);
  for (const args of [["--help"], ["--help", "--yes"]]) {
    await run("scripts/start/reset.ts", `--data-folder=${folder}`, ...args);
    await Deno.stat(kept);
  }
  const { code, err } = await reset();
  await Deno.stat(kept);
  assert.equal(code, 1);
  assert.match(err, /^This deletes .*Confirm it: npm run reset -- --yes\. Nothing was deleted\.$/);
  assert.match((await reset("--yes")).out, /^Deleted the local database in /);
  await assert.rejects(Deno.stat(kept), Deno.errors.NotFound);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("reset and start leave a folder alone that has somebody's files", async () => {
  const folder = await Deno.makeTempDir();
  const kept = join(folder, "storage");
  await Deno.writeTextFile(kept, "");
  for (const script of ["scripts/start/reset.ts", "scripts/start/main.ts"]) {
    const yes = script.endsWith("reset.ts") ? ["--yes"] : [];
    const { code, err } = await launch(script, `--data-folder=${folder}`, ...yes);
    assert.equal(code, 1);
    assert.equal(
      last(err),
      `${folder} has files that are not of the local Supabase: choose an empty folder, or one that does not exist.`,
    );
    const empty = await run(script, "--data-folder=", ...yes);
    assert.equal(last(empty.err), "The value of --data-folder is empty.");
    assert.match((await launch(script, "--data-folder=/dev/null", ...yes)).err, /^Not a directory.*\.$/);
  }
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["storage"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder that can't be written and a port of the system are named in one line", async () => {
  const { code, err } = await launch("scripts/start/main.ts", "--data-folder=/sys/carrel", "--api-port=1");
  assert.equal(code, 1);
  assert.match(err, /^\w[\w -]+: mkdir '\/sys\/carrel'\.$/);
  const refusal = explainListen(new Deno.errors.PermissionDenied("Permission denied"), 80);
  assert.match(String(refusal), /^PortTaken: Port 80 on 127\.0\.0\.1 may only be used by the system's admin/);
});

Deno.test("status says what does not run, and gives a shell nothing then", async () => {
  const folder = await Deno.makeTempDir();
  const status = (...args: string[]) => run("scripts/start/status.ts", `--data-folder=${folder}`, ...args);
  const { code, out } = await status();
  assert.equal(code, 0);
  assert.match(out, /^Carrel is not running\. `npm start` starts it\.$/m);
  assert.match(out, /^ {2}Versions +Carrel \d.*, PostgreSQL 17\.\d+, Deno \d.*, Supabase CLI \d/m);
  assert.match(
    out,
    /^ {2}Disk use +\d+ MB in node_modules, \d+ MB in node_modules\/\.cache\/local-supabase, 0 MB in /m,
  );
  const { running, megabytes } = JSON.parse((await status("--json")).out);
  assert.equal(running, false);
  assert.ok(megabytes.node_modules > 0);
  const env = await status("--env");
  assert.deepEqual([env.code, env.out], [1, ""]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a command does not know is called unknown", async () => {
  assert.equal(
    last((await run("scripts/check/main.ts", "--only=paint")).err)?.split(".")[0],
    "Unknown step: paint",
  );
  assert.equal(last((await run("scripts/bench/main.ts", "paint")).err), "Unknown benchmark: paint.");
  assert.equal(last((await run("scripts/content/main.ts", "paint")).err), "Unknown command: paint.");
  assert.equal(
    last((await run("scripts/demo/main.ts", "--content=/nowhere")).err),
    "There is no release-1.jsonl in /nowhere.",
  );
  assert.equal(
    last((await run("scripts/sample/batch.ts", "--token=x")).err),
    "--token takes the access token of a signed-in learner.",
  );
});
