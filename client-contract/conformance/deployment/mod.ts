// The kit turned round: cases that play a client against any server, so that a deployment is proven too.
import type { CaseResult } from "../run.ts";
import { reasonOf } from "../run.ts";
import type { Case, Theme } from "../requirement.ts";
import { content } from "./content.ts";
import { Probe, type Target } from "./probe.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";

export { Probe, type Target } from "./probe.ts";

/** The themes in the order of the page. */
export const SERVER_THEMES: readonly Theme<Probe>[] = [push, pull, content];

/** Plays cases against a deployment, one after the other. Yields each result as soon as there is one. */
export async function* runServer(cases: readonly Case<Probe>[], target: Target): AsyncGenerator<CaseResult> {
  const probe = new Probe(target);
  await probe.prepare();
  for (const { id, requirement, play } of cases) {
    const since = performance.now();
    const failure = await play(probe).then(() => null, reasonOf);
    const seconds = (performance.now() - since) / 1000;
    yield {
      id,
      requirement: requirement.id,
      verdict: failure === null ? "passed" : "failed",
      reason: failure,
      seconds,
    };
  }
}
