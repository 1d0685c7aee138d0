// A command of scripts/ in the test's own process: a process of its own takes half a second of CPU.
import { withoutProgress } from "../command/progress.ts";
import { type Command, exitCode, type Line, type Options } from "../command/command.ts";

/** What the module of a command exports. */
export interface CommandModule<O extends Options> {
  COMMAND: Command<O>;
  run(line: Line<O>): Promise<number | void>;
}

/** A command that has ended, with what it printed on each stream; without progress lines, which a slow run prints. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command with these arguments, and keeps what it prints. The tests of a file run one after another, so what others
 * print does not get into it. For signals, the environment and the time zone start `commandProcess`.
 */
export async function runCommand<const O extends Options>(
  { COMMAND, run }: CommandModule<O>,
  args: readonly string[],
): Promise<Ran> {
  const printed = { stdout: "", stderr: "" };
  const { log, error } = console;
  console.log = (text: unknown) => printed.stdout += `${text}\n`;
  console.error = (text: unknown) => printed.stderr += `${text}\n`;
  try {
    const code = await exitCode(COMMAND, args, run);
    return { code, stdout: withoutProgress(printed.stdout), stderr: withoutProgress(printed.stderr) };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** A command in a process of its own: `script` is its module's URL. */
export function commandProcess(
  script: URL,
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script.pathname, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command in a process of its own to its end. */
export async function runProcess(command: Deno.Command): Promise<Ran> {
  const { code, ...streams } = await command.output();
  const text = (bytes: Uint8Array) => withoutProgress(new TextDecoder().decode(bytes));
  return { code, stdout: text(streams.stdout), stderr: text(streams.stderr) };
}
