// Reading requests and writing answers as GoTrue does.
import { z } from "zod";
import { AuthError } from "./errors.ts";

/** Any JSON value. */
const json = z.json();
/** A JSON object, such as user_metadata. */
export const jsonObject = z.record(z.string(), json);
/** A JSON object, such as user_metadata. */
export type JsonObject = z.infer<typeof jsonObject>;

/** An optional text; GoTrue's Go structs make no difference between absent, null and empty. */
export const text = z.string().nullish().transform((value) => value ?? "");
/** An optional flag, false when absent. */
export const flag = z.boolean().nullish().transform((value) => value ?? false);

/** The body by its schema; `bad_json` for anything that Go could not unmarshal into hosted's struct. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  return parseBody(await request.text(), schema);
}

/** {@link readBody} for a body that was read already, because it may be empty. */
export function parseBody<T>(body: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badJson(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "invalid"}`);
}

const badJson = (why: string) =>
  new AuthError(400, "bad_json", `Could not parse request body as JSON: ${why}`);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badJson(error instanceof Error ? error.message : String(error));
  }
}

/** `updates` laid over `current`; null removes a key, which is how hosted updates metadata. */
export function mergeJson(current: JsonObject | null, updates: JsonObject): JsonObject {
  const merged = { ...current, ...updates };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** The value as a UUID in lower case, or undefined. */
export function asUuid(value: string): string | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined;
}
