import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { prepareBinaries } from "./binaries.ts";
import { reachable, remove, tidySubstitute } from "./folders.ts";
import { startServer } from "./server.ts";
import { copyTemplate, type Recipe } from "./template.ts";
import { databaseUrl } from "./url.ts";

/** Templates of this test's own, so that the ones in use are not pushed out. */
async function ownFolder() {
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
  const place = await reachable(join(folder, "lock"));
  return {
    templates: folder,
    target: (name: string) => reachable(join(folder, name)),
    async [Symbol.asyncDispose]() {
      for await (const entry of Deno.readDir(join(place, ".."))) await remove(join(place, "..", entry.name));
      await tidySubstitute(place);
      await remove(folder);
    },
  };
}

/** A cluster with one table, which counts how often it was prepared. */
function newRecipe() {
  const counted = { prepared: 0 };
  const recipe: Recipe = {
    title: "a test",
    inputs: () => Promise.resolve(["mark"]),
    async prepare(port) {
      counted.prepared++;
      const sql = postgres(databaseUrl(port, "supabase_admin"), { max: 1 });
      await sql`create table public.mark as select 'template' as mark`;
      await sql.end();
    },
  };
  return { recipe, counted };
}

/** Runs one query on a server that is started for it. */
async function ask(dataFolder: string, text: string) {
  const binaries = await prepareBinaries();
  const server = await startServer({ binaries, dataFolder, port: 0, durable: false });
  const sql = postgres(databaseUrl(server.port, "supabase_admin"), { max: 1 });
  const rows = await sql.unsafe(text);
  await sql.end();
  await server.stop("immediate");
  return rows.map((row) => ({ ...row }));
}

Deno.test("a template is created once for many callers, and each copy is independent", async () => {
  await using own = await ownFolder();
  const { recipe, counted } = newRecipe();
  const [one, two] = await Promise.all(["one", "two"].map(own.target));
  assert.ok(one && two);
  await Promise.all([one, two].map((target) => copyTemplate({ recipe, target, templates: own.templates })));
  assert.equal(counted.prepared, 1);

  assert.deepEqual(await ask(one, "update public.mark set mark = 'mine' returning mark"), [{ mark: "mine" }]);
  assert.deepEqual(await ask(two, "select mark from public.mark"), [{ mark: "template" }]);

  // Written over in place, after a run that ended without a checkpoint.
  await copyTemplate({ recipe, target: one, templates: own.templates });
  assert.deepEqual(await ask(one, "select mark from public.mark"), [{ mark: "template" }]);
  assert.equal(counted.prepared, 1);
});

Deno.test("a failing recipe reports why, leaves no template, and is tried again", async () => {
  await using own = await ownFolder();
  for (const day of [1, 2, 3, 4, 5, 6]) {
    const old = await own.target(`day-${day}`);
    await Deno.mkdir(old);
    await Deno.utime(old, new Date(2026, 0, day), new Date(2026, 0, day));
  }
  const { recipe, counted } = newRecipe();
  const failing: Recipe = {
    ...recipe,
    async prepare(port) {
      await recipe.prepare(port);
      if (counted.prepared === 1) throw new Error("the flour is out");
    },
  };
  const target = await own.target("copy");
  const copy = () => copyTemplate({ recipe: failing, target, templates: own.templates });
  await assert.rejects(copy(), { message: "the flour is out" });
  await copy();
  assert.equal(counted.prepared, 2);
  const kept: string[] = [];
  for await (const { name } of Deno.readDir(join(target, ".."))) if (name.startsWith("day-")) kept.push(name);
  assert.deepEqual(kept.sort(), ["day-4", "day-5", "day-6"]);
});
