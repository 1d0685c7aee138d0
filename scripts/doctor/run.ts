// Runs the checks in order. A check whose needs are not met, or that an earlier failure explains, is skipped with the reason.
import postgres from "postgres";
import { connect } from "../content/database.ts";
import type { Check, Context, Finding, FunctionAnswer } from "./check.ts";
import { skipped } from "./check.ts";
import { CHECKS } from "./checks.ts";
import { askFunctions } from "./functions.ts";
import { SOURCES, type Target } from "./target.ts";

/** A finding with its check, and the section that explains it. */
export interface Result extends Finding {
  check: string;
  page: string;
}

/** How a run may differ. */
export interface RunOptions {
  progress?: (line: string) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Only these checks; all unless given. */
  only?: readonly string[];
}

/** The section of a check. */
export const pageOf = (check: string): string =>
  `docs/doctor.md#${check.replaceAll("'", "").replaceAll(" ", "-")}`;

/** Why a check can't be run: what is not given, or which of the broken checks comes first; undefined where it can. */
function obstacle(check: Check, target: Target, broken: ReadonlySet<string>): string | undefined {
  const missing = check.needs.filter((need) => !target[need]);
  if (missing.length > 0) return `needs ${missing.map((need) => SOURCES[need]).join(" and ")}`;
  const cause = check.after?.find((name) => broken.has(name));
  if (cause === undefined) return undefined;
  return `${cause} has to be mended first`;
}

/** What a failed statement of a check says: the check could not be done. */
function refused(error: unknown): Finding {
  if (!(error instanceof postgres.PostgresError) && !(error instanceof Error && "code" in error)) throw error;
  return {
    status: "failure",
    detail: `This check could not be done: ${error.message}`,
    cure: "Connect as postgres, and compare the migrations.",
  };
}

/** All findings. */
export async function runChecks(target: Target, options: RunOptions = {}): Promise<Result[]> {
  const { progress = () => {}, now = Date.now, only } = options;
  const sql = connect(target.database ?? "postgres://nowhere.invalid/postgres", "doctor");
  let answers: Promise<FunctionAnswer[]> | undefined;
  const context: Context = { target, sql, now, functions: () => answers ??= askFunctions(target, now) };
  const results: Result[] = [];
  /** Checks that failed, and those that wait for one. */
  const broken = new Set<string>();
  try {
    for (const check of CHECKS.filter(({ name }) => only?.includes(name) ?? true)) {
      progress(`Checking ${check.about}`);
      const reason = obstacle(check, target, broken);
      const findings = reason === undefined
        ? await check.run(context).catch((error) => [refused(error)])
        : [skipped(reason)];
      const fails = findings.some(({ status }) => status === "failure");
      if (fails || check.after?.some((name) => broken.has(name))) broken.add(check.name);
      results.push(
        ...findings.map((finding) => ({ check: check.name, ...finding, page: pageOf(check.name) })),
      );
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
  return results;
}

/** 0: nothing to do; 1: warnings, or nothing could be checked; 2: failures. */
export function exitCodeOf(results: readonly Finding[]): 0 | 1 | 2 {
  if (results.some(({ status }) => status === "failure")) return 2;
  const isClean = results.some(({ status }) => status === "ok") &&
    results.every(({ status }) => status !== "warning");
  return isClean ? 0 : 1;
}
