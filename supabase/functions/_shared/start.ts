// How a function starts: `GET /<function>/version` is always answered, and everything else once the environment is complete.
import { BUILDS, CONTRACT_VERSION } from "./build.gen.ts";
import { Problem, problemResponse } from "./problem.ts";
import { isSecretKey, secretKeysOf } from "./service_key.ts";
import { describeSetup, type Setup } from "./setup.ts";

/** The answer of `GET /<function>/version`. */
export interface Version {
  function: string;
  contract: number;
  /** Identifies the source of the function: 16 hex digits. */
  build: string;
  /** This isolate's clock, as RFC 3339. */
  now: string;
  /** For callers with a secret key. */
  setup?: Setup;
}

type Serve = (request: Request) => Promise<Response>;

/** The set-up for a caller with a secret key of the project, and nothing for anybody else. */
async function setupFor(request: Request): Promise<Pick<Version, "setup">> {
  const keys = secretKeysOf(Deno.env.get("SUPABASE_SECRET_KEYS") || "{}");
  if (!await isSecretKey(keys)(request.headers.get("apikey") ?? "")) return {};
  return { setup: await describeSetup((name) => Deno.env.get(name)) };
}

/** Which build this is. Anybody may ask: the answer costs no query. */
async function versionOf(slug: keyof typeof BUILDS, request: Request): Promise<Response> {
  const version: Version = {
    function: slug,
    contract: CONTRACT_VERSION,
    build: BUILDS[slug],
    now: new Date().toISOString(),
    ...await setupFor(request),
  };
  return Response.json(version, { headers: { "cache-control": "no-store" } });
}

/** A function whose environment is not complete. Devices keep their events and ask again. */
function unavailable(slug: string, error: unknown): Serve {
  console.error(`${slug}: it does not start:`, error);
  return () => Promise.resolve(problemResponse(new Problem("overloaded"), crypto.randomUUID()));
}

/** Serves a function for as long as its isolate lives. `make` reads the environment. */
export function startFunction(slug: keyof typeof BUILDS, make: () => Serve): void {
  let serve: Serve;
  try {
    serve = make();
  } catch (error) {
    serve = unavailable(slug, error);
  }
  const path = new RegExp(`^(/functions/v1)?/${slug}/version$`);
  Deno.serve((request) =>
    request.method === "GET" && path.test(new URL(request.url).pathname)
      ? versionOf(slug, request)
      : serve(request)
  );
}
