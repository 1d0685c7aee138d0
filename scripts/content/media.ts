// The media files of a curriculum file: checked against what its lines say, and uploaded into the bucket `media`. A file's name there is its hash, so an
// upload can be repeated, and goes on where an earlier one ended.
import { join } from "node:path";
import { createHash } from "node:crypto";
import type postgres from "postgres";
import { z } from "zod";
import { createRetry, NetworkError, systemClock } from "../../client-contract/client/mod.ts";
import { parseJson } from "../../client-contract/contract/json.ts";
import { MediaReference } from "../../client-contract/contract/question.ts";
import { UserError } from "../command/command.ts";
import { readProjectConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { resolveConfig } from "../start/options.ts";
import { CARREL } from "../start/project.ts";
import { ImportRefused, type LineProblem } from "./curriculum.ts";
import { MAX_MEDIA_BYTES, MEDIA_TYPES } from "./media_type.ts";

/** Uploads at a time. */
const PARALLEL = 4;

/** An upload is tried so often; a failure is the network's, or Storage's. */
const POLICY = { attempts: 4, baseMs: 500, capMs: 5000, patienceMs: 60_000 };

/** Where files go. */
export interface MediaTarget {
  apiUrl: string;
  secretKey: string;
}

/** What an upload did. */
export interface UploadReport {
  uploaded: number;
  /** Files that were there already. */
  present: number;
  bytes: number;
}

const Line = z.object({ media: z.array(MediaReference).nullish() });
const decoder = new TextDecoder();

/** A file, and the first line that names it. */
export interface NamedFile extends MediaReference {
  line: number;
}

/** The files that lines name. A line that can't be read is left to the import, which says what is wrong with it. */
function* referencesOf(lines: Iterable<Uint8Array>): Generator<NamedFile> {
  let line = 0;
  for (const bytes of lines) {
    line++;
    const text = decoder.decode(bytes);
    if (!text.includes('"media"')) continue;
    for (const file of Line.safeParse(parseJson(text)).data?.media ?? []) yield { ...file, line };
  }
}

/** The files that lines name, each path once. Throws `ImportRefused` where two lines mean different files by one path. */
export function mediaOf(lines: Iterable<Uint8Array>): NamedFile[] {
  const files = new Map<string, NamedFile>();
  const problems: LineProblem[] = [];
  for (const file of referencesOf(lines)) {
    const same = files.get(file.path);
    if (!same) files.set(file.path, file);
    else if (same.sha256 !== file.sha256 || same.bytes !== file.bytes || same.mime !== file.mime) {
      problems.push({ line: file.line, reason: `media ${file.path} is another file in line ${same.line}` });
    }
  }
  if (problems.length > 0) throw new ImportRefused(problems);
  return [...files.values()];
}

/** Whether an error says that there is no such file: also one below a file, or of a name that no file can have. */
const isNowhere = (error: unknown): boolean =>
  error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
  error instanceof Error && "code" in error && error.code === "ENAMETOOLONG";

/** The bytes of a file of the folder if they are what its reference says, else what is wrong with them. */
async function readChecked(
  folder: string,
  { path, bytes, sha256, mime }: MediaReference,
): Promise<Uint8Array<ArrayBuffer> | string> {
  const isOfType = Object.hasOwn(MEDIA_TYPES, mime) ? MEDIA_TYPES[mime] : undefined;
  if (!isOfType) return `${mime} is no type that the bucket takes`;
  if (bytes > MAX_MEDIA_BYTES) return `${bytes} bytes are more than ${MAX_MEDIA_BYTES}`;
  try {
    const real = await Deno.realPath(join(folder, path));
    // A link may lead anywhere; what is uploaded is of the folder.
    if (!real.startsWith(`${await Deno.realPath(folder)}/`)) return "it leads out of the folder";
    const { size } = await Deno.stat(real);
    if (size !== bytes) return `it has ${size} bytes, not ${bytes}`;
    const content = await Deno.readFile(real);
    if (createHash("sha256").update(content).digest("hex") !== sha256) return "it has another sha256";
    return isOfType(content) ? content : `it does not begin as ${mime} does`;
  } catch (error) {
    if (isNowhere(error)) return "it is not in the folder";
    throw error;
  }
}

/** A file that lines name, and that is nowhere. */
export type MissingFile = Pick<NamedFile, "line" | "path" | "sha256">;

/**
 * Files that lines name, and that are neither in the bucket `media` nor in the folder, each hash once, in the order of the lines. What the folder has
 * is not read: an upload checks it. `sql` connects as postgres.
 */
export async function missingMedia(
  sql: postgres.Sql,
  lines: Iterable<Uint8Array>,
  folder: string,
): Promise<MissingFile[]> {
  const named = new Map<string, NamedFile>();
  for (const file of referencesOf(lines)) if (!named.has(file.sha256)) named.set(file.sha256, file);
  if (named.size === 0) return [];
  const absent = await sql<{ name: string }[]>`
    select u as name from private.unstored_media(array(select jsonb_array_elements_text(${
    JSON.stringify([...named.keys()])
  }::text::jsonb))) u`;
  const names = new Set(absent.map(({ name }) => name));
  const missing: MissingFile[] = [];
  for (const { line, path, sha256 } of named.values()) {
    if (!names.has(sha256)) continue;
    const found = await Deno.stat(join(folder, path)).catch((error) => {
      if (!isNowhere(error)) throw error;
    });
    if (!found?.isFile) missing.push({ line, path, sha256 });
  }
  return missing;
}

/** Checks all files. Throws `ImportRefused` with everything that is wrong. */
export async function checkMedia(folder: string, files: readonly NamedFile[]): Promise<void> {
  const problems: LineProblem[] = [];
  for (const file of files) {
    const read = await readChecked(folder, file);
    if (typeof read === "string") problems.push({ line: file.line, reason: `media ${file.path}: ${read}` });
  }
  if (problems.length > 0) throw new ImportRefused(problems);
}

const Info = z.object({ size: z.number() });

/** Uploads what is not there yet. Throws `UserError` for a refusal, and NetworkError when Storage can't be reached. */
export async function uploadMedia(
  target: MediaTarget,
  folder: string,
  files: readonly MediaReference[],
  onProgress: (line: string) => void = () => {},
): Promise<UploadReport> {
  const report: UploadReport = { uploaded: 0, present: 0, bytes: 0 };
  const retry = createRetry(systemClock, Math.random, () => POLICY);
  const waiting = [...new Map(files.map((file) => [file.sha256, file])).values()];
  const total = waiting.length;

  async function call(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${target.apiUrl}/storage/v1/object/${path}`, {
        ...init,
        headers: { ...init.headers, apikey: target.secretKey },
        signal: AbortSignal.timeout(120_000),
      });
    } catch (error) {
      throw new NetworkError("Storage can't be reached.", { cause: error });
    }
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw new NetworkError(`Storage answered ${response.status}.`);
    }
    return response;
  }

  async function isPresent({ sha256, bytes }: MediaReference): Promise<boolean> {
    const response = await call(`info/media/${sha256}`, {});
    const text = await response.text();
    // What is there under this name is whole: Storage shows no half upload.
    return response.ok && Info.safeParse(parseJson(text)).data?.size === bytes;
  }

  async function put(file: MediaReference): Promise<void> {
    const headers = {
      "content-type": file.mime,
      "cache-control": "public, max-age=31536000, immutable",
      "x-upsert": "true",
    };
    // Read again, and checked again: a file that was edited since must not get this name.
    const body = await readChecked(folder, file);
    if (typeof body === "string") throw new UserError(`${file.path}: ${body}.`);
    const response = await call(`media/${file.sha256}`, { method: "POST", headers, body });
    const text = await response.text();
    if (!response.ok) throw new UserError(`Storage refused ${file.path}: ${text.slice(0, 300)}`);
  }

  async function work(): Promise<void> {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const one = file;
      if (await retry.run(() => isPresent(one))) {
        report.present++;
      } else {
        await retry.run(() => put(one));
        report.uploaded++;
        report.bytes += one.bytes;
      }
      onProgress(`uploading media: ${report.uploaded + report.present} of ${total}`);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return report;
}

/** The project of `SUPABASE_URL` and `SUPABASE_SECRET_KEY`, else the local one that runs. Throws `UserError`. */
export async function resolveMediaTarget(
  env: Readonly<Record<string, string | undefined>>,
): Promise<MediaTarget> {
  const { SUPABASE_URL: apiUrl, SUPABASE_SECRET_KEY: secretKey } = env;
  if (apiUrl && secretKey) return { apiUrl: apiUrl.replace(/\/+$/, ""), secretKey };
  const { dataFolder } = resolveConfig(await readProjectConfig(CARREL), {}, env);
  const stack = apiUrl || secretKey ? undefined : (await findRunning(dataFolder))?.stack;
  if (stack) return stack;
  throw new UserError(
    "Media need a project: set both SUPABASE_URL and SUPABASE_SECRET_KEY, or start the local one with `npm start`.",
  );
}
