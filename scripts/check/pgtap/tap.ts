// Reads the TAP that one pgTAP file returns as rows.
import { Parser, type Result } from "tap-parser";

/** One test of a file. */
export interface TapTest {
  ok: boolean;
  description: string;
  /** Have and want, without pgTAP's comment signs. */
  diagnostics: string[];
}

/** What a file's TAP says. */
export interface TapOutcome {
  /** Tests that ran; skipped ones are left out. */
  tests: TapTest[];
  /** Numbers that were reported, skipped tests included. */
  ran: number;
  /** Undefined where the file has no plan. */
  planned: number | undefined;
  /** Text of `Bail out!`. */
  bailedOut: string | undefined;
}

// Repeats of what the report says anyway: the description, and the comparison with the plan.
const REPEATED = /^# (?:Failed (?:\(\w+\) )?test\b|Looks like you )/;

/** Takes rows while they arrive. */
export class TapReader {
  #parser = new Parser();
  #tests: TapTest[] = [];
  #ran = 0;
  #planned: number | undefined;
  #bailedOut: string | undefined;

  constructor() {
    this.#parser.on("assert", (result: Result) => {
      this.#ran++;
      if (result.skip) return;
      const ok = result.ok || Boolean(result.todo);
      const description = result.name.replace(/^- /, "") || `test ${result.id}`;
      this.#tests.push({ ok, description, diagnostics: [] });
    });
    this.#parser.on("plan", (plan: { end: number }) => {
      // The parser makes a plan up for a file that returned no TAP at all.
      if (!this.#parser.syntheticPlan) this.#planned = plan.end;
    });
    this.#parser.on("bailout", (reason: string) => this.#bailedOut = reason);
    this.#parser.on("comment", (comment: string) => {
      const test = this.#tests.at(-1);
      if (!test || test.ok || REPEATED.test(comment)) return;
      test.diagnostics.push(comment.replace(/^#\s*/, "").trimEnd());
    });
  }

  /** One row: a test with its diagnostics, the plan, or anything else, which is ignored. */
  row(text: string): void {
    this.#parser.write(`${text}\n`);
  }

  /** Call once, after the last row. */
  end(): TapOutcome {
    this.#parser.end();
    return { tests: this.#tests, ran: this.#ran, planned: this.#planned, bailedOut: this.#bailedOut };
  }
}
