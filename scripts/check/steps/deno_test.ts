// Unit, property and integration tests: every *.test.ts.
import { deno, lastLines } from "../process.ts";
import { fromRoot } from "../project.ts";
import type { Failure, Step, StepResult } from "../step.ts";

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm;
// `name => ./path:line:column`, or a file that failed to load or broke outside its tests.
const HEADING = /^(?:(.+) => \.\/(\S+):(\d+):\d+|\.\/(\S+) \(uncaught error\))$/;

/** Files at a time: one more than the cores that the project is measured on, for a third of the time is spent waiting. */
const JOBS = "3";

/** The report's part below ` ERRORS `, up to the list of names that repeats it. */
function errorLines(output: string): string[] {
  const start = output.lastIndexOf("\n ERRORS \n");
  if (start < 0) return [];
  const end = output.indexOf("\n FAILURES \n", start);
  return output.slice(start + "\n ERRORS \n".length, end < 0 ? undefined : end).split("\n");
}

/** Deno's own frames and its advice on files that broke say nothing about the test. */
const isNoise = (line: string) => /^\s+at .*\(ext:/.test(line);

function readFailures(output: string): Failure[] {
  const failures: (Failure & { lines: string[] })[] = [];
  for (const line of errorLines(output)) {
    const heading = HEADING.exec(line);
    if (heading) {
      const [, name, file, number, brokenFile] = heading;
      const at = brokenFile ?? `${file}:${number}`;
      failures.push({ at, message: name ?? "broke outside its tests", lines: [] });
    } else if (!isNoise(line)) {
      failures.at(-1)?.lines.push(line.replace(/^error: /, "").replace(/file:\/\/\S+/, fromRoot));
    }
  }
  return failures.map(({ at, message, lines }) => ({ at, message, detail: lines.join("\n").trim() }));
}

/** Reads the pretty report of `deno test --parallel`, whose exit code is the last word. */
export function readTestOutput(code: number, stdout: string, stderr: string): StepResult {
  const summary = [...stdout.matchAll(SUMMARY)].at(-1);
  const failures = readFailures(stdout);
  const passed = Number(summary?.[1] ?? 0);
  // More failed than could be read, or a run that ended before its report (a crash, the time limit).
  if (code !== 0 && failures.length < Math.max(1, Number(summary?.[2] ?? 0))) {
    failures.push({
      at: "deno test",
      message: `ended with code ${code}; its last lines`,
      detail: lastLines(`${stdout}\n${stderr}`),
    });
  }
  return { passed, failures };
}

export const denoTest: Step = {
  name: "deno-test",
  about: "unit, property and integration tests (*.test.ts)",
  async run(progress) {
    let ended = 0;
    // Types are checked by a step of their own, at the same time.
    const { code, stdout, stderr } = await deno(["test", "-A", "--no-check", "--parallel"], {
      env: { DENO_JOBS: JOBS },
      seconds: 3600,
      onLine: (line) => {
        if (/^\.\/\S+ => .* (?:ok|FAILED) \(/.test(line)) progress(`${++ended} tests`);
      },
    });
    return readTestOutput(code, stdout, stderr);
  },
};
