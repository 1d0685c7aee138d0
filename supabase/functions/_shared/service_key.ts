// Authenticates the callers of a worker: the database with a wake token, and operators with a secret key of the project.
import { Problem } from "./problem.ts";
import { hexOf } from "./reply.ts";
import type { Authenticate, Caller } from "./token.ts";
import { type TakeWake, WAKE_HEADER } from "./wake.ts";

const SERVICE: Caller = { learner: "service_role", session: null };

async function digest(text: string): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** The secret keys in `SUPABASE_SECRET_KEYS`: a JSON object of keys by name. */
export function secretKeysOf(json: string): string[] {
  return Object.values<unknown>(JSON.parse(json)).filter((key) => typeof key === "string" && key !== "")
    .map(String);
}

/** Whether a text is one of the keys. Digests are compared, so that the duration reveals nothing about a key. */
export function isSecretKey(keys: readonly string[]): (given: string) => Promise<boolean> {
  const known = Promise.all(keys.map(digest));
  return async (given) => (await known).includes(await digest(given));
}

/**
 * Accepts a wake token, or else an `apikey` header that is one of the keys. The caller is then `service_role`, not a learner.
 */
export function workerCaller(keys: readonly string[], takeWake: TakeWake): Authenticate {
  const isKnown = isSecretKey(keys);
  return async (request) => {
    const token = request.headers.get(WAKE_HEADER);
    if (token !== null) {
      if (await takeWake(token)) return SERVICE;
      throw new Problem("forbidden", "The wake token is not known here, or is used up.");
    }
    const given = request.headers.get("apikey");
    if (!given) throw new Problem("unauthenticated", "The request has no API key.");
    if (!(await isKnown(given))) {
      throw new Problem("forbidden", "This function requires a secret key of the project.");
    }
    return SERVICE;
  };
}
