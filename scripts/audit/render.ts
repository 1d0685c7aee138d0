// A verdict for people.
import type { Verdict } from "./verify.ts";

const TITLE = {
  valid: "The log is valid.",
  invalid: "The log is INVALID: it is not what was sealed.",
  diverged:
    "The log is sound, but it has DIVERGED from the known head: it is not the log that the head is of.",
} as const;

const count = (number: number, one: string) =>
  `${number.toLocaleString("en-US")} ${one}${number === 1 ? "" : "s"}`;

/** The verdict as text. */
export function renderVerdict(verdict: Verdict): string {
  const { status, records, pending, checkpoints, erased, head, findings, found } = verdict;
  return [
    TITLE[status],
    "",
    `  ${count(records, "record")} in ${count(checkpoints, "checkpoint")}`,
    `  ${count(erased, "record")} without a text, because of an erasure`,
    `  ${count(pending, "record")} not sealed yet`,
    ...(head ? [`  newest checkpoint ${head.size}:${head.root}`, `  sealed at ${head.sealed_at}`] : []),
    ...(found > 0 ? ["", ...findings.map((finding) => `- ${finding}`)] : []),
    ...(found > findings.length ? [`- and ${count(found - findings.length, "finding")} more`] : []),
  ].join("\n");
}
