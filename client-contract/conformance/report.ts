// Reports of a run: a table for people, JSON, and JUnit.
import type { CaseResult, Verdict } from "./run.ts";

/** What a report names of a theme. */
interface Listed {
  title: string;
  requirements: readonly { id: string; text: string }[];
}

/** Results counted by verdict. */
export type Counts = Record<Verdict, number>;

/** Counts verdicts. */
export function countVerdicts(results: readonly CaseResult[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, expected: 0, fixed: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

/** Whether a run counts as a success: nothing failed, and the list of expected failures names nothing that passes. */
export const isConformant = ({ failed, fixed }: Counts): boolean => failed + fixed === 0;

/** The first sentence of a requirement. */
const firstSentence = (text: string) => /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;

const MARKS: Record<Verdict, string> = {
  passed: "pass",
  failed: "FAIL",
  skipped: "skip",
  expected: "known",
  fixed: "FIXED",
};

/** The worst verdict of a requirement's cases is the requirement's. */
function verdictOf(results: readonly CaseResult[]): Verdict {
  const order: Verdict[] = ["failed", "fixed", "expected", "passed", "skipped"];
  return order.find((verdict) => results.some((result) => result.verdict === verdict)) ?? "skipped";
}

/** The report for people: a line for each requirement, the failures, and the sum. */
export function textReport(themes: readonly Listed[], results: readonly CaseResult[]): string {
  const lines: string[] = [];
  for (const { title, requirements } of themes) {
    const rows = requirements.flatMap(({ id, text }) => {
      const own = results.filter(({ requirement }) => requirement === id);
      if (own.length === 0) return [];
      const passed = own.filter(({ verdict }) => verdict === "passed").length;
      const verdict = MARKS[verdictOf(own)].padEnd(5);
      return [
        `  ${verdict} ${id.padEnd(6)} ${`${passed}/${own.length}`.padStart(5)}  ${firstSentence(text)}`,
      ];
    });
    if (rows.length > 0) lines.push(title, ...rows, "");
  }
  const failures = results.filter(({ verdict }) => verdict === "failed" || verdict === "fixed");
  for (const { id, verdict, reason } of failures) {
    const why = verdict === "fixed" ? "passes, but the list of expected failures names it" : reason ?? "";
    lines.push(id, ...why.split("\n").map((line) => `  ${line}`), "");
  }
  const { passed, failed, skipped, expected, fixed } = countVerdicts(results);
  lines.push(
    `${results.length} ${
      results.length === 1 ? "case" : "cases"
    }: ${passed} passed, ${failed} failed, ${expected} failed as expected, ${skipped} skipped` +
      (fixed > 0 ? `, ${fixed} passed unexpectedly` : ""),
  );
  return lines.join("\n");
}

/** The report for programs. */
export function jsonReport(
  subject: string,
  themes: readonly Listed[],
  results: readonly CaseResult[],
): object {
  const texts = new Map(themes.flatMap(({ requirements }) => requirements).map(({ id, text }) => [id, text]));
  const ids = [...new Set(results.map(({ requirement }) => requirement))];
  return {
    subject,
    conformant: isConformant(countVerdicts(results)),
    counts: countVerdicts(results),
    requirements: ids.map((id) => ({
      id,
      text: texts.get(id) ?? "",
      verdict: verdictOf(results.filter(({ requirement }) => requirement === id)),
    })),
    cases: results.map(({ requirement: _, ...result }) => result),
  };
}

const escapes: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };
/** A text for XML, which takes no control characters. */
const xml = (text: string) =>
  text.replace(/[<>&"]/g, (sign) => escapes[sign] ?? sign).replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g,
    "?",
  );

function junitCase({ id, requirement, verdict, reason, seconds }: CaseResult): string {
  const open = `    <testcase classname="${xml(requirement)}" name="${xml(id)}" time="${seconds.toFixed(3)}"`;
  if (verdict === "passed") return `${open}/>`;
  const text = xml(reason ?? "it passes, but the list of expected failures names it");
  const isFailure = verdict === "failed" || verdict === "fixed";
  const [first = ""] = text.split("\n", 1);
  const body = isFailure ? `<failure message="${first}">${text}</failure>` : `<skipped message="${first}"/>`;
  return `${open}>${body}</testcase>`;
}

/** The report for CI systems: a suite for each theme. */
export function junitReport(themes: readonly Listed[], results: readonly CaseResult[]): string {
  const suites = themes.flatMap(({ title, requirements }) => {
    const ids = new Set(requirements.map(({ id }) => id));
    const own = results.filter(({ requirement }) => ids.has(requirement));
    if (own.length === 0) return [];
    const { passed, failed, fixed } = countVerdicts(own);
    const facts = `tests="${own.length}" failures="${failed + fixed}" skipped="${
      own.length - passed - failed - fixed
    }"`;
    return [`  <testsuite name="${xml(title)}" ${facts}>`, ...own.map(junitCase), "  </testsuite>"];
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}
