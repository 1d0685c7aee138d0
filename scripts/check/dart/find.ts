// A Dart VM with its compiler: the one on the PATH if it is new enough, otherwise the one that scripts/testkit/fetch_dart.sh has fetched.
import { run } from "../process.ts";
import { exists, root } from "../project.ts";

/** The oldest version that reads the package's sources. */
const OLDEST = [3, 5] as const;
const FETCHED = ".carrel/dart/dart";

/** A program that compiles and runs Dart. */
export interface Dart {
  program: string;
  /** As it names itself, such as `3.7.3`. */
  version: string;
}

/** The version in what `dart --version` prints; undefined for one that is too old. */
export function readVersion(output: string): string | undefined {
  const [, version = "", major = "0", minor = "0"] = /Dart SDK version: ((\d+)\.(\d+)\.\S+)/.exec(output) ??
    [];
  const isNew = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  return version !== "" && isNew ? version : undefined;
}

async function ask(program: string): Promise<Dart | undefined> {
  try {
    const { stdout, stderr } = await run(program, ["--version"]);
    const version = readVersion(stdout + stderr);
    return version === undefined ? undefined : { program, version };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The VM, or undefined where there is none. */
export async function findDart(): Promise<Dart | undefined> {
  return await ask("dart") ?? (await exists(FETCHED) ? await ask(`${root}/${FETCHED}`) : undefined);
}
