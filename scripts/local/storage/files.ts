// The bytes of objects: one file for each version, written once and never changed.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { exists, remove } from "../postgres/folders.ts";
import { refusals } from "./errors.ts";

/** What is known of a written file. */
export interface Written {
  size: number;
  /** MD5 in quotes, as S3 has it. */
  eTag: string;
}

/** The files of a data folder. */
export interface Files {
  /** Writes a version; refuses one that is larger than `limit` bytes, and leaves nothing of it. */
  write(version: string, bytes: ReadableStream<Uint8Array> | null, limit: number): Promise<Written>;
  /** Bytes `from` to `to`, both included; undefined where there is no such version. */
  read(
    version: string,
    from: number,
    to: number,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
  remove(versions: readonly string[]): Promise<void>;
  /** Removes all others: what a killed upload or removal has left. Only while nothing is written. */
  keepOnly(versions: ReadonlySet<string>): Promise<void>;
}

const CHUNK = 64 * 1024;

/** Passes bytes through until they are more than `limit`. */
export async function* capped<T extends Uint8Array>(
  bytes: AsyncIterable<T>,
  limit: number,
): AsyncGenerator<T> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw refusals.tooLarge();
    yield chunk;
  }
}

async function writeAll(file: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
}

/** The files below a folder, which is made where it is missing. */
export async function openFiles(folder: string): Promise<Files> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (version: string) => join(folder, version);
  return {
    async write(version, bytes, limit) {
      const path = pathOf(version);
      const hash = createHash("md5");
      let size = 0;
      using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      try {
        for await (const chunk of bytes ? capped(bytes, limit) : []) {
          hash.update(chunk);
          size += chunk.length;
          await writeAll(file, chunk);
        }
        await file.sync();
      } catch (error) {
        await remove(path);
        throw error;
      }
      return { size, eTag: `"${hash.digest("hex")}"` };
    },
    async read(version, from, to) {
      if (!await exists(pathOf(version))) return undefined;
      const file = await Deno.open(pathOf(version));
      await file.seek(from, Deno.SeekMode.Start);
      let left = to - from + 1;
      return new ReadableStream({
        async pull(controller) {
          const chunk = new Uint8Array(Math.min(CHUNK, left));
          const count = left > 0 ? await file.read(chunk) : null;
          if (count === null) {
            file.close();
            return controller.close();
          }
          left -= count;
          controller.enqueue(chunk.subarray(0, count));
        },
        cancel: () => file.close(),
      });
    },
    async remove(versions) {
      await Promise.all(versions.map((version) => remove(pathOf(version))));
    },
    async keepOnly(versions) {
      for await (const { name } of Deno.readDir(folder)) if (!versions.has(name)) await remove(pathOf(name));
    },
  };
}
