// The place for media files in a folder, for Node and Deno.
import { appendFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { MediaStore } from "./media.ts";

const NAME = /^[0-9a-f]{64}$/;
const PART = ".part";

/** Opens the folder, and makes a missing one. Files of other names in it are left alone. */
export async function openMediaFolder(folder: string): Promise<MediaStore> {
  await mkdir(folder, { recursive: true });
  const file = (name: string) => join(folder, name);
  const part = (name: string) => join(folder, name + PART);
  return {
    async list() {
      const names = await readdir(folder);
      const files = new Map<string, number>();
      for (const name of names.filter((name) => NAME.test(name))) {
        files.set(name, (await stat(file(name))).size);
      }
      const parts = names.filter((name) => name.endsWith(PART)).map((name) => name.slice(0, -PART.length));
      return { files, parts: parts.filter((name) => NAME.test(name)) };
    },
    async *readPart(name) {
      try {
        yield* createReadStream(part(name));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      }
    },
    append: (name, bytes) => appendFile(part(name), bytes),
    async complete(name) {
      // The bytes are on disk before the name says so: a power cut leaves a part, and never half a file.
      const handle = await open(part(name), "r+");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part(name), file(name));
    },
    async remove(name) {
      await rm(file(name), { force: true });
      await rm(part(name), { force: true });
    },
  };
}
