// The addresses and keys of a running Carrel, as `npm start` and `npm run status` print them.
import type { Stack } from "../local/stack.ts";

/** The facts, as `--json` prints them. */
export interface Summary {
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string;
  /** Pages that are served beside the stack, by name. */
  pages: Record<string, string>;
  /** PostgreSQL's log. */
  databaseLog: string;
  /** Addresses of the Edge Functions. */
  functions: string[];
}

/** Collects the facts. */
export async function summarise(stack: Stack, pages: Record<string, string> = {}): Promise<Summary> {
  const slugs = await stack.functions.slugs();
  return {
    apiUrl: stack.apiUrl,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    databaseUrl: stack.dbUrl(),
    pages,
    databaseLog: stack.cluster.logFile,
    functions: slugs.map((slug) => `${stack.apiUrl}/functions/v1/${slug}`),
  };
}

/** One fact in a line. */
export const fact = (name: string, value: string) => `  ${name.padEnd(17)}${value}`;

/** Addresses and keys in lines. */
export function renderFacts(s: Summary): string[] {
  const [first = "none", ...others] = s.functions;
  return [
    fact("API", s.apiUrl),
    ...Object.entries(s.pages).map(([name, url]) => fact(name, url)),
    fact("Publishable key", s.publishableKey),
    fact("Secret key", s.secretKey),
    fact("Database", s.databaseUrl),
    fact("Edge Functions", first),
    ...others.map((url) => fact("", url)),
  ];
}

/** The text for a person; `seconds` is how long the start took. */
export function renderSummary(s: Summary, seconds: string): string {
  return [
    "",
    `Carrel is ready after ${seconds}. Press Ctrl-C to stop it.`,
    "",
    ...renderFacts(s),
    "",
    "In another terminal:",
    "  npm run status              these facts again, the log, versions, disk use, and SQL on the command line",
    "  npm run users:create        a user for each role",
    "  npm run content -- preview  what publishing the drafts would change",
    "  npm run demo                a learner's day, with every claim checked",
    "",
  ].join("\n");
}
