// Plays cases against a client, one after the other.
import { AdapterError, type Capability } from "./adapter/protocol.ts";
import type { Host } from "./adapter/host.ts";
import { Play } from "./play.ts";
import type { Case } from "./requirement.ts";
import { ScriptedServer } from "./server/server.ts";

/** How a case ended. `expected`: it failed, as the list of expected failures says. `fixed`: it passed although the list names it. */
export type Verdict = "passed" | "failed" | "skipped" | "expected" | "fixed";

/** The result of a case. */
export interface CaseResult {
  id: string;
  requirement: string;
  verdict: Verdict;
  /** Why it failed or was skipped. */
  reason: string | null;
  seconds: number;
}

/** Expected failures: reasons by case or requirement. */
export type Expected = Readonly<Record<string, string>>;

/** The first lines of a failure: the assertion's message, and what differed. */
export function reasonOf(error: unknown): string {
  if (error instanceof AdapterError) return error.message;
  return (error instanceof Error ? error.message : String(error)).split("\n").slice(0, 24).join("\n").trim();
}

/** Asks a client which optional parts it has. */
export async function capabilitiesOf(host: Host): Promise<readonly Capability[]> {
  const server = new ScriptedServer();
  await using place = await host(server);
  const play = new Play(server, place);
  await play.init();
  return play.capabilities;
}

/** Plays one case; gives the reason of its failure, or null. */
export async function playCase({ play: scenario }: Case, host: Host): Promise<string | null> {
  const server = new ScriptedServer();
  await using place = await host(server);
  try {
    await scenario(new Play(server, place));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Plays cases. Yields each result as soon as there is one. */
export async function* run(
  cases: readonly Case[],
  host: Host,
  expected: Expected = {},
): AsyncGenerator<CaseResult> {
  const capabilities = await capabilitiesOf(host);
  for (const one of cases) {
    const { id, requirement } = one;
    const missing = requirement.needs?.find((need) => !capabilities.includes(need));
    const result = { id, requirement: requirement.id };
    if (missing) {
      yield { ...result, verdict: "skipped", reason: `the client has no ${missing}`, seconds: 0 };
      continue;
    }
    const since = performance.now();
    const failure = await playCase(one, host);
    const seconds = (performance.now() - since) / 1000;
    const excuse = expected[id] ?? expected[requirement.id];
    const verdict = failure === null
      ? excuse === undefined || expected[id] === undefined ? "passed" : "fixed"
      : excuse === undefined
      ? "failed"
      : "expected";
    yield { ...result, verdict, reason: failure === null ? null : excuse ?? failure, seconds };
  }
}
