// What a check of the doctor is: what it needs, what it may find, and what all checks share.
import type postgres from "postgres";
import type { Setup } from "../../supabase/functions/_shared/setup.ts";
import type { Need, Target } from "./target.ts";

/** `skipped`: nothing is known, with the reason. */
export type Status = "ok" | "warning" | "failure" | "skipped";

/** One thing that a check found. */
export interface Finding {
  status: Status;
  /** What is the case. */
  detail: string;
  /** What to do, in one sentence; always for a warning and a failure. */
  cure?: string;
}

/** An answer of `GET /functions/v1/<slug>/version`. */
export interface FunctionAnswer {
  slug: string;
  /** The status of the answer; 0 if there was none. */
  status: number;
  /** The platform's code of an error, such as BOOT_ERROR. */
  code: string | null;
  build: string | null;
  /** The function's clock minus this machine's, in milliseconds; with half the round trip as the error. */
  clockMs: number | null;
  setup: Setup | null;
}

/** What checks work with. */
export interface Context {
  target: Target;
  /** Throws where no database is given; a check that needs it says so in `needs`. */
  sql: postgres.Sql;
  /** Asks every function once, however many checks read the answers. */
  functions(): Promise<readonly FunctionAnswer[]>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A check. Its section in docs/doctor.md has its name. */
export interface Check {
  name: string;
  /** What is looked at, for progress lines. */
  about: string;
  needs: readonly Need[];
  /** Checks whose failure explains this one's: then it is skipped. */
  after?: readonly string[];
  run(context: Context): Promise<Finding[]>;
}

export const ok = (detail: string): Finding => ({ status: "ok", detail });
export const skipped = (detail: string): Finding => ({ status: "skipped", detail });
export const warning = (detail: string, cure: string): Finding => ({ status: "warning", detail, cure });
export const failure = (detail: string, cure: string): Finding => ({ status: "failure", detail, cure });

/** The findings, or that all is well. */
export const orOk = (findings: Finding[], detail: string): Finding[] =>
  findings.length > 0 ? findings : [ok(detail)];

/** Names in a sentence, at most ten of them. */
export function listed(names: readonly string[]): string {
  return names.length > 10
    ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`
    : names.join(", ");
}
