// GET /metrics: the health of the service for Prometheus and whatever reads its format.
import { type Clock, systemClock } from "../_shared/clock.ts";
import { Problem } from "../_shared/problem.ts";
import { replyOnce } from "../_shared/reply.ts";
import { type Handler, requireMethod } from "../_shared/serve.ts";
import { isSecretKey } from "../_shared/service_key.ts";
import type { Authenticate } from "../_shared/token.ts";
import { expose, formatFor, MEDIA_TYPES, type Snapshot } from "./exposition.ts";
import type { ReadSnapshot } from "./source.ts";

/** A snapshot serves all scrapes of this time in milliseconds. The sums change once a minute. */
const FRESH_MS = 5000;

/** The user name of Supabase's own metrics endpoint, so that one scrape configuration serves both. */
const USER = "service_role";

/** Accepts Basic authentication with the user `service_role` and a secret key of the project. Everything else is 401. */
export function scraper(keys: readonly string[]): Authenticate {
  const isKnown = isSecretKey(keys);
  return async (request) => {
    const [scheme = "", encoded = ""] = (request.headers.get("authorization") ?? "").split(" ");
    const [user, password] = scheme.toLowerCase() === "basic" ? decoded(encoded) : ["", ""];
    // The key is always compared, so that the time reveals nothing about the name.
    if (!(await isKnown(password)) || user !== USER) {
      throw new Problem(
        "unauthenticated",
        `Use Basic authentication: the user ${USER} and a secret key of the project.`,
      );
    }
    return { learner: USER, session: null };
  };
}

function decoded(encoded: string): [user: string, password: string] {
  let text: string;
  try {
    text = atob(encoded);
  } catch {
    return ["", ""];
  }
  const at = text.indexOf(":");
  return at < 0 ? ["", ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Answers scrapes. Scrapes that come together share one query. */
export function metricsHandler(read: ReadSnapshot, clock: Clock = systemClock): Handler {
  let snapshot: Promise<Snapshot> | null = null;
  let since = -Infinity;
  return async ({ request, path }) => {
    if (path !== "") throw new Problem("not_found", "The metrics are at /metrics.");
    requireMethod(request, "GET");
    if (snapshot === null || clock.now() - since > FRESH_MS) {
      since = clock.now();
      const reading = read();
      snapshot = reading;
      // A failure is not kept.
      reading.catch(() => snapshot = snapshot === reading ? null : snapshot);
    }
    const format = formatFor(request.headers.get("accept"));
    const response = await replyOnce(request, expose(await snapshot, format), MEDIA_TYPES[format]);
    response.headers.set("vary", "accept, accept-encoding");
    return response;
  };
}
