// Runs test files by `deno test`, and reads its report.
import { pathToFileURL } from "node:url";
import { deno, lastLines } from "./process.ts";
import { fromRoot, root } from "./project.ts";
import type { Failure, StepResult } from "./step.ts";

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm;
// `name => ./path:line:column`, or a file that broke outside its tests.
const HEADING = /^(?:(.+) => (?:\.\.?\/)+(\S+):(\d+):\d+|(?:\.\.?\/)+(\S+) \(uncaught error\))$/;
/** The test that stands for a file that failed to load. */
const LOADS = /^(\S+\.test\.ts) loads$/;

/** Files with tests that take a minute; they start first. */
const LONG = ["supabase/tests/platform/planted_objects.test.ts"];

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
      const at = brokenFile ?? LOADS.exec(name ?? "")?.[1] ?? `${file}:${number}`;
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

/**
 * A module that loads test files, whose paths begin at `folder`. A file that fails to load is a test that fails. Hooks
 * around each test are refused, since they would run for the tests of the other files.
 */
export function groupModule(folder: string, files: string[]): string {
  const urls = Object.fromEntries(files.map((file) => [file, pathToFileURL(`${folder}/${file}`).href]));
  return `for (const hook of ["beforeEach", "afterEach"]) {
  Deno.test[hook] = () => {
    throw new Error(\`Deno.test.\${hook} would run for other files, too: call what it does in each test.\`);
  };
}
for (const [file, url] of Object.entries(${JSON.stringify(urls)})) {
  await import(url).catch((error) => Deno.test(\`\${file} loads\`, () => Promise.reject(error)));
}
`;
}

/** Deals the files out, so that neighbours, which cost alike, come into different groups. */
function groupFiles(files: string[], groups: number): string[][] {
  const ordered = [
    ...LONG.filter((file) => files.includes(file)),
    ...files.filter((file) => !LONG.includes(file)),
  ];
  return Array.from({ length: groups }, (_, group) => ordered.filter((_, place) => place % groups === group));
}

/**
 * Runs the tests of these files. The files share isolates in so many groups, `jobs` of them at a time: `deno test` takes an
 * isolate for each file it is given, and each costs 0.4 s of CPU before its first line, for Deno fills an array of 80 MB for
 * benchmarks. More groups use the cores better at the end.
 */
export async function runTests(
  files: string[],
  { groups: count, jobs }: { groups: number; jobs: number },
  progress: (text: string) => void,
): Promise<StepResult> {
  const folder = await Deno.makeTempDir({ prefix: "carrel-tests-" });
  try {
    const groups = groupFiles(files, count).map((group, n) => ({ path: `${folder}/group_${n}.ts`, group }));
    for (const { path, group } of groups) await Deno.writeTextFile(path, groupModule(root, group));
    let ended = 0;
    // Types are checked by a step of their own, at the same time.
    const args = ["test", "-A", "--no-check", "--parallel", ...groups.map(({ path }) => path)];
    const { code, stdout, stderr } = await deno(args, {
      env: { DENO_JOBS: String(jobs) },
      seconds: 3600,
      onLine: (line) => {
        if (/^\S+group_\d+\.ts => .* (?:ok|FAILED) \(/.test(line)) progress(`${++ended} tests`);
      },
    });
    return readTestOutput(code, stdout, stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
