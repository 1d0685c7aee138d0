// Runs steps in their order on a few lanes, and turns everything that can go wrong into a report.
import type { Step, StepReport, StepResult } from "./step.ts";

/** Who wants to know how the run goes. */
export interface RunListener {
  start(name: string): void;
  note(name: string, note: string): void;
  end(report: StepReport): void;
}

async function settle(step: Step, listener: RunListener): Promise<StepResult> {
  try {
    const result = await step.run((note) => listener.note(step.name, note));
    // A step that lost its files (a moved folder, a wrong pattern) must not look like a step that holds.
    if (!result.skipped && result.passed + result.failures.length === 0) {
      return { passed: 0, failures: [{ at: step.name, message: "the step found nothing to check" }] };
    }
    return result;
  } catch (error) {
    const detail = error instanceof Error ? error.stack : String(error);
    return { passed: 0, failures: [{ at: step.name, message: "the step itself broke", detail }] };
  }
}

/** Runs all steps, `lanes` at a time, each started as soon as a lane is free; reports in the steps' order. */
export async function runSteps(steps: Step[], lanes: number, listener: RunListener): Promise<StepReport[]> {
  const reports = new Map<string, StepReport>();
  const waiting = [...steps];
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const since = performance.now();
      listener.start(step.name);
      const result = await settle(step, listener);
      const report = { ...result, name: step.name, seconds: (performance.now() - since) / 1000 };
      reports.set(step.name, report);
      listener.end(report);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return steps.flatMap((step) => reports.get(step.name) ?? []);
}
