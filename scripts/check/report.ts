// Prints the run for a person: a line when a step ends, what failed right below it, and the closing line.
// On a terminal the last line shows what runs now; elsewhere such a line is printed every 15 seconds.
import type { Failure, StepReport } from "./step.ts";

const QUIET_MILLISECONDS = 15_000;
const NAME_WIDTH = 14;
/** Failures printed in full for one step; the rest is counted, so that one broken helper stays readable. */
const SHOWN_FAILURES = 25;

const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, " ".repeat(by));

const renderBody = ({ message, detail }: Failure) =>
  `${indent(message, 2)}\n${detail?.trim() ? indent(detail.trimEnd(), 4) + "\n" : ""}`;

/** Text of failures: each place once, then the messages there with their details. */
export function renderFailures(failures: Failure[]): string {
  return failures.map((failure, index) => {
    if (failures[index - 1]?.at === failure.at) return renderBody(failure);
    return `${index > 0 ? "\n" : ""}${failure.at}\n${renderBody(failure)}`;
  }).join("");
}

/** Text of one finished step, failures included. */
export function renderStep(step: StepReport): string {
  const name = step.name.padEnd(NAME_WIDTH);
  const seconds = `${step.seconds.toFixed(1)} s`.padStart(8);
  if (step.skipped) return `${name}${seconds}  skipped: ${step.skipped}\n`;
  const note = step.note ? `; ${step.note}` : "";
  if (step.failures.length === 0) return `${name}${seconds}  ok      ${step.passed} passed${note}\n`;
  const shown = renderFailures(step.failures.slice(0, SHOWN_FAILURES));
  const hidden = step.failures.length - SHOWN_FAILURES;
  const rest = hidden > 0 ? `\nand ${hidden} more\n` : "";
  const head = `${name}${seconds}  FAILED  ${step.passed} passed, ${step.failures.length} failed\n`;
  return `${head}\n${indent(shown + rest, 4)}\n`;
}

/** The line that ends a run. */
export function closingLine(reports: StepReport[]): string {
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failures.length, 0);
  return `${passed} passed, ${failed} failed`;
}

/** Shows a run while it happens. */
export class Reporter {
  #running = new Map<string, { since: number; note: string }>();
  #terminal: boolean;
  #timer: ReturnType<typeof setInterval>;
  #print: (text: string) => void;

  /** `print` takes text as it is; `terminal` says whether a line may be overwritten. */
  constructor(print: (text: string) => void, terminal: boolean) {
    this.#print = print;
    this.#terminal = terminal;
    this.#timer = setInterval(() => this.#showRunning(), terminal ? 200 : QUIET_MILLISECONDS);
  }

  start(name: string): void {
    this.#running.set(name, { since: Date.now(), note: "" });
  }

  note(name: string, note: string): void {
    const running = this.#running.get(name);
    if (running) running.note = note;
  }

  end(report: StepReport): void {
    this.#running.delete(report.name);
    this.#clearLine();
    this.#print(renderStep(report));
  }

  /** Stops the progress line. */
  close(): void {
    clearInterval(this.#timer);
    this.#clearLine();
  }

  #clearLine(): void {
    if (this.#terminal) this.#print("\r\x1b[K");
  }

  #showRunning(): void {
    if (this.#running.size === 0) return;
    const parts = [...this.#running].map(([name, { since, note }]) =>
      `${name} ${Math.round((Date.now() - since) / 1000)} s${note ? `, ${note}` : ""}`
    );
    const line = `running: ${parts.join("; ")}`;
    this.#print(this.#terminal ? `\r\x1b[K${line.slice(0, 100)}` : `${line}\n`);
  }
}
