// What a handler gets.
import { z } from "zod";
import type { ProjectKeys } from "../keys.ts";
import type { Caller } from "./caller.ts";
import type { Database } from "./database.ts";
import { refusals } from "./errors.ts";
import type { Files } from "./files.ts";

/** One request. */
export interface Call {
  request: Request;
  url: URL;
  /** Undefined where the request has no token. */
  caller: Caller | undefined;
  keys: ProjectKeys;
  database: Database;
  files: Files;
}

/** The place of an object. */
export interface Place {
  bucket: string;
  /** Empty where the path names only a bucket. */
  name: string;
}

/** Answers one request about a bucket or an object. */
export type Handler = (call: Call, place: Place) => Promise<Response>;

/** The caller, who must have shown a token. */
export function callerOrRefuse(call: Call): Caller {
  if (!call.caller) throw refusals.noAuthorization();
  return call.caller;
}

/** The JSON body by its schema. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(await request.text() || "{}");
  } catch {
    throw refusals.invalidBody("Body is not valid JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusals.invalidBody(`body/${issue?.path.join("/")} ${issue?.message}`);
}

/** Whether hosted takes a name: what S3 is sure to take. */
export function checkKey(name: string): void {
  if (name.length === 0 || name.length > 1024 || !/^[\w/!.*'() &$@=;:+,?-]+$/.test(name)) {
    throw refusals.invalidKey(name);
  }
}
