import assert from "node:assert/strict";
import { join } from "node:path";
import { openFiles } from "./files.ts";

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(await Deno.makeTempDir(), "storage");
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a version of a file is written once, and read as a whole or in part", () =>
  inFolder(async (folder) => {
    const files = await openFiles(folder);
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const body = new Blob([bytes, bytes, bytes]);
    const { size, eTag } = await files.write("v1", body.stream(), body.size);
    assert.deepEqual([size, eTag.length], [3 * 65_536, 34]);
    const whole = await new Response(await files.read("v1", 0, size - 1)).bytes();
    assert.deepEqual(whole, await body.bytes());
    const part = await new Response(await files.read("v1", 65_530, 65_541)).bytes();
    assert.deepEqual(part, whole.slice(65_530, 65_542));
    assert.equal(await files.read("v2", 0, 0), undefined);
    await assert.rejects(files.write("v1", null, 1), Deno.errors.AlreadyExists);
    assert.deepEqual(await names(folder), ["v1"]);
  }));

Deno.test("an upload that is too large or incomplete leaves nothing behind", () =>
  inFolder(async (folder) => {
    const files = await openFiles(folder);
    await assert.rejects(files.write("large", new Blob(["12345"]).stream(), 4), { code: "EntityTooLarge" });
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: (controller) => controller.error(new Error("gone")),
    });
    await assert.rejects(files.write("broken", broken, 100), { message: "gone" });
    assert.deepEqual(await names(folder), []);
  }));

Deno.test("files without an object are removed", () =>
  inFolder(async (folder) => {
    const files = await openFiles(folder);
    for (const version of ["a", "b", "c"]) await files.write(version, null, 0);
    await files.keepOnly(new Set(["b", "d"]));
    assert.deepEqual(await names(folder), ["b"]);
    await files.remove(["b", "d"]);
    assert.deepEqual(await names(folder), []);
  }));
