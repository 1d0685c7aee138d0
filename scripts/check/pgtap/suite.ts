// Finds the pgTAP files and runs them on throw-away databases.
import { setTimeout as delay } from "node:timers/promises";
import { throwAwayCluster } from "../../start/project.ts";
import { projectFiles, readProjectFile } from "../project.ts";
import type { Failure, StepResult } from "../step.ts";
import { connect, prepareDatabase } from "./prepare.ts";
import { type FileReport, runFile } from "./run_file.ts";

/** Files from which a second database pays for its start. */
const SECOND_WORKER_FROM = 12;

const HOUR_MS = 3_600_000;
/** Longer than a file takes, also on a loaded machine. */
const LONGEST_MS = 10_000;

/**
 * Files compare the day or the hour in which their transaction began with those of later statements. So none begins
 * shortly before an hour ends, in which a day or a month may end, too.
 */
async function awaitFullHour(): Promise<void> {
  const left = HOUR_MS - Date.now() % HOUR_MS;
  if (left < LONGEST_MS) await delay(left);
}

/** Paths of the test files whose path contains `filter`. */
export async function findTests(filter = ""): Promise<string[]> {
  return (await projectFiles("supabase/tests")).filter((path) =>
    path.endsWith(".test.sql") && path.includes(filter)
  );
}

/**
 * Runs the files and calls `onFile` after each. Two databases share the files: files on one database would wait
 * for each other's locks, and a bounded wait that runs out would be a failure that nobody can repeat.
 */
export async function runSuite(
  files: string[],
  onFile: (file: string, report: FileReport, done: number) => void,
): Promise<StepResult> {
  const waiting = [...files];
  const failures: Failure[] = [];
  let passed = 0;
  let done = 0;
  const work = async () => {
    await using cluster = await throwAwayCluster({ migrated: true });
    await prepareDatabase(cluster);
    const client = await connect(cluster);
    try {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        await awaitFullHour();
        const report = await runFile(client, file, await readProjectFile(file));
        passed += report.passed;
        failures.push(...report.failures);
        onFile(file, report, ++done);
      }
    } finally {
      await client.end();
    }
  };
  const workers = files.length >= SECOND_WORKER_FROM ? 2 : Math.min(files.length, 1);
  await Promise.all(Array.from({ length: workers }, work));
  return { passed, failures: failures.sort((a, b) => a.at.localeCompare(b.at)) };
}
