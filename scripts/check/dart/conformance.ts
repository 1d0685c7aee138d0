// The Dart engine plays the cases of the conformance kit.
import { z } from "zod";
import {
  byCommand,
  type Case,
  casesOf,
  type Expected,
  run,
  THEMES,
} from "../../../client-contract/conformance/mod.ts";
import type { Host } from "../../../client-contract/conformance/adapter/host.ts";
import { playCase } from "../../../client-contract/conformance/run.ts";
import { readProjectFile } from "../project.ts";
import type { Failure } from "../step.ts";
import type { Dart } from "./find.ts";
import type { WarmHost } from "./host.ts";
import { ADAPTER, PACKAGE } from "./kernel.ts";

const EXPECTED = `${PACKAGE}/test/adapter/expected_failures.json`;

/** The case in which the client is a process of its own, and ends by SIGKILL. */
const KILLED = "CON-3.killed";

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Milliseconds for one command: the VM may be emulated, on a machine that is busy. Only a fault takes as long. */
const PATIENCE_MS = 600_000;

/** The engine as a process of its own, which ends by SIGKILL. */
export const engineProcess = ({ program }: Dart, kernel: string): Host =>
  byCommand(`${quoted(program)} ${quoted(kernel)} ${ADAPTER}`, PATIENCE_MS);

/** Failures that are expected, by case, each with its reason. */
async function readExpected(): Promise<Expected> {
  return z.record(z.string(), z.string()).parse(JSON.parse(await readProjectFile(EXPECTED)));
}

/** The first case of each theme; with CARREL_RUNS, all cases. */
export function chosenCases(): Case[] {
  const all = casesOf(THEMES);
  if (Deno.env.get("CARREL_RUNS") !== undefined) return all;
  const seen = new Set<string>();
  return all.filter(({ id }) => {
    const [theme = ""] = id.split("-");
    return !seen.has(theme) && seen.add(theme);
  });
}

/** Plays cases. A case that the list of expected failures names must fail. */
export async function playEngine({ host }: WarmHost, cases: readonly Case[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for await (const { id, verdict, reason } of run(cases, host, await readExpected())) {
    if (verdict === "passed" || verdict === "expected") continue;
    failures.push({ at: EXPECTED, message: `${id} ${verdict}`, detail: reason ?? "" });
  }
  return failures;
}

/** Plays the case in which the client is a process of its own. */
export async function playKilled(dart: Dart, kernel: string): Promise<Failure[]> {
  const killed = casesOf(THEMES).find(({ id }) => id === KILLED);
  const reason = killed ? await playCase(killed, engineProcess(dart, kernel)) : "there is no such case";
  return reason === null ? [] : [{ at: PACKAGE, message: `${KILLED} fails as a process`, detail: reason }];
}
