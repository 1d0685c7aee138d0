// Asks the deployed functions which build they are and, with a secret key, how they are set up.
import { z } from "zod";
import { BUILDS } from "../../supabase/functions/_shared/build.gen.ts";
import type { FunctionAnswer } from "./check.ts";
import type { Target } from "./target.ts";

/** The functions of this checkout. */
const SLUGS = Object.keys(BUILDS).sort();

/** A function may have to be started, and tries to reach its database for at most 5 s. */
const TIMEOUT_MS = 20_000;

const Setup = z.object({
  secrets: z.record(z.string(), z.boolean()),
  database: z.object({
    server: z.enum(["transaction pooler", "session pooler", "database", "invalid", "none"]),
    role: z.string().nullable(),
    tls: z.enum(["verify-full", "require", "none"]).nullable(),
    login: z.enum(["ok", "refused", "unreachable"]).nullable(),
    code: z.string().nullable(),
  }),
});
const Version = z.object({ build: z.string(), now: z.string(), setup: Setup.optional() });
const HostError = z.object({ code: z.string() });

async function ask({ url, secretKey }: Target, slug: string, now: () => number): Promise<FunctionAnswer> {
  const none: FunctionAnswer = { slug, status: 0, code: null, build: null, clockMs: null, setup: null };
  const sent = now();
  try {
    const response = await fetch(`${url}/functions/v1/${slug}/version`, {
      headers: secretKey ? { apikey: secretKey } : {},
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    const body: unknown = await response.json().catch(() => null);
    const version = Version.safeParse(body);
    if (!response.ok || !version.success) {
      const code = HostError.safeParse(body).data?.code ?? null;
      return { ...none, status: response.status, code };
    }
    const { build, now: theirs, setup = null } = version.data;
    const clockMs = Date.parse(theirs) - (sent + now()) / 2;
    return { ...none, status: response.status, build, clockMs, setup };
  } catch (error) {
    return { ...none, code: error instanceof Error ? error.name : null };
  }
}

/** The answers of all functions, asked at once. */
export const askFunctions = (target: Target, now: () => number): Promise<FunctionAnswer[]> =>
  Promise.all(SLUGS.map((slug) => ask(target, slug, now)));
