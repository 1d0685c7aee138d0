// What `npm start` says once it is ready.
import type { Stack } from "./stack.ts";

/** The facts of a running stack, as `--json` prints them. */
export interface Summary {
  pid: number;
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  functions: string[];
}

/** Collects the facts. */
export async function summarise(stack: Stack): Promise<Summary> {
  const slugs = await stack.functions.slugs();
  return {
    pid: Deno.pid,
    apiUrl: stack.apiUrl,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    databaseUrl: stack.dbUrl(),
    functions: slugs.map((slug) => `${stack.apiUrl}/functions/v1/${slug}`),
  };
}

/** The text for a person; `seconds` is how long the start took. */
export function renderSummary(s: Summary, seconds: string): string {
  const [first = "none yet", ...others] = s.functions;
  return [
    "",
    `Carrel is ready after ${seconds}. Ctrl-C stops it.`,
    "",
    `  API              ${s.apiUrl}`,
    `  Publishable key  ${s.publishableKey}`,
    `  Secret key       ${s.secretKey}`,
    `  Database         ${s.databaseUrl}`,
    `  Edge Functions   ${first}`,
    ...others.map((url) => `                   ${url}`),
    "",
    "Try next",
    `  curl ${s.apiUrl}/auth/v1/settings -H 'apikey: ${s.publishableKey}'`,
    "  npm run demo      a learner's day, with every claim checked",
    `  npx supabase migration list --db-url '${s.databaseUrl}?sslmode=disable'`,
    "  The Supabase CLI, Studio and every PostgreSQL client take the database's address.",
    "",
  ].join("\n");
}
