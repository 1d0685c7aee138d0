import assert from "node:assert/strict";
import { join } from "node:path";
import { copyDataFolder } from "./copy.ts";

const LONG_AGO = new Date(2026, 0, 1);

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

/** What lies in a folder: each file's text, and null for each folder. */
async function read(folder: string, below = ""): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    found[path] = isDirectory ? null : await Deno.readTextFile(join(folder, path));
    if (isDirectory) Object.assign(found, await read(folder, path));
  }
  return found;
}

Deno.test("a copy is made equal again after every kind of change, and only what changed is written", async () => {
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-copy-" });
  const [original, copy] = [join(folder, "original"), join(folder, "copy")];
  try {
    await write(original, {
      "same": "1",
      "base/5/changed": "1",
      "base/5/longer": "1",
      "base/6/gone": "1",
      "kind": "1",
    });
    for (const name of ["empty", "mode"]) await Deno.mkdir(join(original, name), { mode: 0o750 });
    for (const name of ["same", "base/5/changed", "base/5/longer", "base/6/gone", "kind"]) {
      await Deno.utime(join(original, name), LONG_AGO, LONG_AGO);
    }
    await copyDataFolder(original, copy);
    const expected = await read(original);
    assert.deepEqual(await read(copy), expected);

    const before = await Deno.stat(join(copy, "same"));
    await write(copy, {
      "base/5/changed": "2",
      "base/5/longer": "12",
      "base/5/extra": "2",
      "more/extra": "2",
    });
    await Deno.remove(join(copy, "base/6"), { recursive: true });
    await Deno.remove(join(copy, "kind"));
    await write(copy, { "kind/extra": "2" });
    await Deno.remove(join(copy, "empty"));
    await write(copy, { "empty": "2" });
    await Deno.chmod(join(copy, "mode"), 0o700);
    await copyDataFolder(original, copy);
    assert.deepEqual(await read(copy), expected);
    assert.deepEqual((await Deno.stat(join(copy, "same"))).ctime, before.ctime);
    assert.equal((await Deno.stat(join(copy, "mode"))).mode, (await Deno.stat(join(original, "mode"))).mode);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
