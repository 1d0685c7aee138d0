// The Dart package compiles, its tests hold, and it computes what the TypeScript contract computes.
import { SUBJECTS } from "../../../client-contract/conformance/subjects.ts";
import { settings } from "../../../supabase/tests/properties/settings.ts";
import { chosenCases, playEngine, playKilled } from "../dart/conformance.ts";
import { converge } from "../dart/convergence.ts";
import { compareSubject } from "../dart/differential.ts";
import { findDart } from "../dart/find.ts";
import { WarmHost } from "../dart/host.ts";
import { compileTests, PACKAGE } from "../dart/kernel.ts";
import { chosenMutants, playMutants } from "../dart/mutants.ts";
import { DartSession } from "../dart/session.ts";
import { liveOnStack } from "../dart/stack.ts";
import { readBlocks } from "../docs/blocks.ts";
import { readProjectFile } from "../project.ts";
import { type Failure, skipped, type Step } from "../step.ts";

const EXAMPLES = ["carrel_example.dart", "engine_example.dart"].map((name) => `${PACKAGE}/example/${name}`);
const PAGE = "docs/flutter.md";

/** The page shows the examples that are run. */
async function comparePage(): Promise<Failure[]> {
  const shown = readBlocks(await readProjectFile(PAGE)).map(({ text }) => text);
  const failures: Failure[] = [];
  for (const example of EXAMPLES) {
    if (!shown.includes(await readProjectFile(example))) {
      failures.push({ at: PAGE, message: `shows another program than ${example}` });
    }
  }
  return failures;
}

/** Lists of up to 50 inputs for each subject. */
const LISTS = 6;
/** A list costs as much as ten runs of a property test. */
const RUNS_OF_A_LIST = 10;

/** Seeds of the histories in which both devices converge: one, or as many as CARREL_RUNS says. */
const seedsFrom = (seed: number): number[] => Array.from({ length: settings(1).numRuns }, (_, n) => seed + n);

const MISSING = "there is no Dart 3.5 or newer; scripts/testkit/fetch_dart.sh fetches one";

export const dart: Step = {
  name: "dart",
  about: "the Dart package compiles, its tests hold, and it agrees with TypeScript on random inputs",
  async run(progress) {
    const found = await findDart();
    if (!found) return skipped(PACKAGE, MISSING);
    progress("compiling");
    const { path, errors } = await compileTests(found);
    if (path === undefined) {
      return { passed: 0, failures: [{ at: PACKAGE, message: "does not compile", detail: errors }] };
    }

    progress("testing");
    const { numRuns, seed } = settings(LISTS * RUNS_OF_A_LIST);
    const lists = Math.ceil(numRuns / RUNS_OF_A_LIST);
    await using session = new DartSession(found, path, seed);
    const tests = await session.tests();
    const failures = tests.flatMap(({ name, failure }): Failure[] =>
      failure === null ? [] : [{ at: `${PACKAGE}/test`, message: name, detail: failure }]
    );
    failures.push(...await comparePage());
    for (const subject of Object.keys(SUBJECTS)) {
      progress(`comparing ${subject}`);
      failures.push(
        ...await compareSubject(subject, (inputs) => session.ask(subject, inputs), { lists, seed }),
      );
    }
    progress("playing cases of the conformance kit");
    const cases = chosenCases();
    // One process for all that plays the adapter: the VM compiles the engine again in each.
    await using warm = new WarmHost(found, path);
    failures.push(...await playEngine(warm, cases), ...await playKilled(found, path));
    progress("breaking the engine");
    const mutants = chosenMutants(seed);
    failures.push(...await playMutants(warm, mutants));
    progress("converging with the TypeScript device");
    for (const history of seedsFrom(seed)) failures.push(...await converge(warm, history));
    progress("living on the local stack");
    failures.push(...await liveOnStack(found, path));
    const checks = tests.length + Object.keys(SUBJECTS).length + cases.length + mutants.length +
      seedsFrom(seed).length + 3;
    const note = `Dart ${found.version}, seed ${seed}, up to ${lists * 50} inputs a subject`;
    return { passed: checks - failures.length, failures, note };
  },
};
