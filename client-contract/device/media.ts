// The files that questions show: downloaded in the background, checked against size and hash, within a budget of bytes. What is to be done follows from the
// cache and from the files that are there, so a run may end at any moment, and the next one goes on.
import { z } from "zod";
import {
  type Client,
  type Clock,
  ContractError,
  createRetry,
  DEFAULT_RETRY,
  NetworkError,
  ProblemError,
  systemClock,
} from "../client/mod.ts";
import { MediaReference } from "../contract/question.ts";
import { startSha256 } from "../contract/sha256.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** The app's place for files. A name is a SHA-256 in hex. A part is a file whose download has not ended. */
export interface MediaStore {
  /** All complete files with their sizes, and the names of all parts. */
  list(): Promise<{ files: Map<string, number>; parts: string[] }>;
  /** The part's bytes in pieces; none if there is no part. */
  readPart(name: string): AsyncIterable<Uint8Array>;
  /** Appends to the part, which begins with its first bytes. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** The part is complete: makes it the file of this name, at once or not at all. */
  complete(name: string): Promise<void>;
  /** Removes a file and a part of this name; none is no error. */
  remove(name: string): Promise<void>;
}

/** What a run needs. */
export interface MediaOptions {
  /** Of the device whose questions are to be shown: `device.db`. */
  db: Database;
  /** A client of the same learner. */
  client: Pick<Client, "mediaUrls">;
  store: MediaStore;
  /** Bytes that all files together may take; by default no limit. Files of earlier questions come first. */
  budgetBytes?: number | undefined;
  signal?: AbortSignal | undefined;
  /** By default the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Shows progress in bytes. */
  onProgress?: ((progress: { bytes: number; of: number }) => void) | undefined;
  /** By default the system's. */
  clock?: Clock | undefined;
  /** From 0 to below 1; it spreads waits. */
  random?: (() => number) | undefined;
}

/** What a run did. */
export interface MediaReport {
  /** Files that are there and were checked. */
  held: number;
  /** Files of this run. */
  downloaded: number;
  /** Files that no question names any more, or that the budget has no room for. */
  removed: number;
  /** Hashes for which the budget has no room. */
  overBudget: string[];
  /** Hashes of files that the server does not have, or has with other bytes. */
  unavailable: string[];
  /** What ended the run early, such as a lost network. Absent: everything is there that can be. */
  stopped?: unknown;
}

const Row = z.object({ media: z.string() });
const References = z.array(MediaReference);

/** The files that the held questions name, each once, in the order in which they are wanted. */
export function mediaFiles(db: Database): MediaReference[] {
  const files = new Map<string, MediaReference>();
  for (const { media } of db.all(Row, queries.mediaFiles)) {
    for (const file of References.parse(JSON.parse(media))) {
      if (!files.has(file.sha256)) files.set(file.sha256, file);
    }
  }
  return [...files.values()];
}

/** Whether another file may still be had: this one was refused, or is not what the question names. */
const concernsOneFile = (error: unknown) =>
  error instanceof ContractError ||
  (error instanceof ProblemError && error.status < 500 && error.status !== 429);

/**
 * Brings the files on the device in line with its questions: removes what no question names, and downloads what is missing, one file after the
 * other. A file that was cut off goes on where it ended. It throws nothing; only one run at a time may use a store.
 */
export async function syncMedia(o: MediaOptions): Promise<MediaReport> {
  const { db, client, store, signal, clock = systemClock, random = Math.random, budgetBytes = Infinity } = o;
  const doFetch = o.fetch ?? globalThis.fetch.bind(globalThis);
  const retry = createRetry(clock, random, () => DEFAULT_RETRY);
  const report: MediaReport = { held: 0, downloaded: 0, removed: 0, overBudget: [], unavailable: [] };
  let done = 0;
  let total = 0;

  async function ask(url: string, from: number): Promise<Response> {
    let response: Response;
    try {
      response = await doFetch(url, {
        headers: from > 0 ? { range: `bytes=${from}-` } : {},
        signal: signal ?? null,
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw new NetworkError("The file could not be fetched.", { cause: error });
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const { status } = response;
    throw new ProblemError({
      code: status < 500 ? "not_found" : "overloaded",
      status,
      message: `The file answered ${status}.`,
    });
  }

  /** The pieces of a body, as the network brings them. */
  async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array> {
    const reader = body?.getReader();
    try {
      for (;;) {
        const read = await reader?.read();
        if (!read || read.done) return;
        yield read.value;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw new NetworkError("The file was cut off.", { cause: error });
    } finally {
      await reader?.cancel().catch(() => {});
    }
  }

  /** Fetches the rest of a file, from where its part ends, and completes it. */
  async function fetchRest({ sha256, bytes }: MediaReference, url: string): Promise<void> {
    let hash = startSha256();
    let size = 0;
    const count = (piece: Uint8Array) => {
      hash.update(piece);
      size += piece.byteLength;
    };
    for await (const piece of store.readPart(sha256)) count(piece);
    if (size < bytes) {
      const response = await ask(url, size);
      if (size > 0 && response.status !== 206) {
        // A server that knows no ranges sends the whole.
        await store.remove(sha256);
        hash = startSha256();
        size = 0;
      }
      for await (const piece of piecesOf(response)) {
        if (size + piece.byteLength > bytes) throw await wrong(sha256);
        await store.append(sha256, piece);
        count(piece);
        o.onProgress?.({ bytes: done + size, of: total });
      }
      if (size < bytes) throw new NetworkError("The file was cut off.");
    }
    if (size !== bytes || hash.hex() !== sha256) throw await wrong(sha256);
    await store.complete(sha256);
  }

  /** Other bytes than the question names are of no use, not even as a beginning. */
  async function wrong(name: string): Promise<ContractError> {
    await store.remove(name);
    return new ContractError("The file is not the one that the question names.");
  }

  /** Downloads a file, and tries a refused or wrong one once more with a fresh URL: the first may have expired. */
  async function download(file: MediaReference, first: string | undefined): Promise<void> {
    let url = first;
    for (let isFresh = false; url !== undefined; isFresh = true) {
      const from = url;
      try {
        await retry.run(() => fetchRest(file, from), signal);
        report.downloaded++;
        report.held++;
        return;
      } catch (error) {
        if (!concernsOneFile(error)) throw error;
        url = isFresh
          ? undefined
          : (await retry.run(() => client.mediaUrls([file], { signal }), signal)).get(file.sha256);
      }
    }
    report.unavailable.push(file.sha256);
  }

  try {
    // 1 What is wanted, as far as the budget goes. A large file does not keep smaller ones after it away.
    let room = budgetBytes;
    const wanted = new Map<string, MediaReference>();
    for (const file of mediaFiles(db)) {
      if (file.bytes > room) {
        report.overBudget.push(file.sha256);
        continue;
      }
      room -= file.bytes;
      wanted.set(file.sha256, file);
    }

    // 2 Remove first, so that the budget holds at any moment.
    const { files, parts } = await store.list();
    for (const name of new Set([...files.keys(), ...parts])) {
      const file = wanted.get(name);
      const isWhole = file !== undefined && files.get(name) === file.bytes;
      if (file && (isWhole || !files.has(name))) continue;
      await store.remove(name);
      if (files.has(name)) report.removed++;
    }

    // 3 Download what is missing. One request asks for all URLs, which are valid for an hour.
    const missing = [...wanted.values()].filter(({ sha256, bytes }) => files.get(sha256) !== bytes);
    report.held = wanted.size - missing.length;
    total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    if (missing.length > 0) {
      const urls = await retry.run(() => client.mediaUrls(missing, { signal }), signal);
      for (const file of missing) {
        await download(file, urls.get(file.sha256));
        done += file.bytes;
      }
    }
  } catch (error) {
    report.stopped = error;
  }
  return report;
}
