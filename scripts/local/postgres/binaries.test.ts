import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { prepareBinaries } from "./binaries.ts";
import { exists, remove, serverUser, tidySubstitute } from "./folders.ts";

const version = async (program: string) => {
  const output = await new Deno.Command(program, { args: ["--version"], cwd: "/", ...serverUser() }).output();
  return new TextDecoder().decode(output.stdout).trim();
};

Deno.test("the programs run as PostgreSQL's user, with pgTAP among the extensions", async () => {
  const binaries = await prepareBinaries();
  assert.match(await version(binaries.postgres), /^postgres \(PostgreSQL\) 17\./);
  assert.match(await version(binaries.initdb), /^initdb \(PostgreSQL\) 17\./);
  const extensions = join(dirname(binaries.postgres), "../share/postgresql/extension");
  assert.match(await Deno.readTextFile(join(extensions, "pgtap.control")), /^trusted = true$/m);
  assert.ok(await exists(join(extensions, "pgtap--1.3.5.sql")));
});

Deno.test("simultaneous preparations under a closed umask give the same readable programs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
  const umask = Deno.umask(0o077);
  const [one, two] = await Promise.all([prepareBinaries(folder), prepareBinaries(folder)]);
  Deno.umask(umask);
  assert.deepEqual(one, two);
  assert.match(await version(one.postgres), /PostgreSQL/);
  const place = dirname(dirname(dirname(one.postgres)));
  const left: string[] = [];
  for await (const { name } of Deno.readDir(place)) left.push(name);
  assert.deepEqual(left, [one.id]);

  await remove(join(place, one.id));
  await tidySubstitute(join(place, one.id));
  await remove(folder);
});
