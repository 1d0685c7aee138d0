// Progress lines for the person at the terminal: what is being done, and how long after the start.

/** Prints progress lines. */
export interface Progress {
  /** One step, with the time since the start in front. */
  step(line: string): void;
  /** A line without a time. */
  say(line: string): void;
  /** Seconds since the start, for a closing line. */
  seconds(): string;
}

/** Lines go to standard error where standard output carries something for a program. */
export function createProgress(to: "stdout" | "stderr"): Progress {
  const started = performance.now();
  const print = to === "stdout" ? console.log : console.error;
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  return {
    step: (line) => print(`${seconds().padStart(7)}  ${line}`),
    say: (line) => print(line),
    seconds,
  };
}

/** What a program printed, without the lines of `step`: how many there are depends on the machine. */
export const withoutProgress = (text: string): string => text.replaceAll(/^ *\d+\.\d s {2}.*\n?/gm, "");

/** Progress lines on standard error, once a run has taken longer than this. */
const QUIET_MS = 2_000;

/** A quick run is silent. One that takes longer says which step is under way, and then each new one. */
export function patientProgress(): Disposable & Pick<Progress, "step" | "seconds"> {
  const progress = createProgress("stderr");
  let current: string | undefined;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (current !== undefined) progress.step(current);
  }, QUIET_MS);
  return {
    step(line) {
      current = line;
      if (isLate) progress.step(line);
    },
    seconds: progress.seconds,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
