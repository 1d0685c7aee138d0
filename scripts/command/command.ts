// What all commands have in common: options, `--help`, and errors in plain words.
import { parseArgs } from "node:util";
import { UserError } from "../local/user_error.ts";

export { UserError };

/** A command line that can't be used. Its message follows the one-line usage. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
}

/** Ctrl-C ended the command in order. */
export class Interrupted extends UserError {
  override readonly name = "Interrupted";
  /** As a shell reports SIGINT. */
  static readonly EXIT_CODE = 130;
}

/** A refusal with facts that `--json` prints beside the message. */
export class Refusal extends UserError {
  override readonly name = "Refusal";
  constructor(message: string, readonly facts: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(message, options);
  }
}

/** An option; `node:util` reads its type and default, `--help` prints the rest. */
export interface Option {
  type: "string" | "boolean";
  default?: string | boolean;
  /** What stands for the value, such as `N`. */
  value?: string;
  text: string;
}
export type Options = Readonly<Record<string, Option>>;

/** A command as its caller sees it. */
export interface Command<O extends Options> {
  /** What is typed, such as `npm run content`. */
  name: string;
  /** Arguments besides options, such as `FILE.jsonl`. */
  operands?: string;
  /** What it does. */
  about: string;
  options: O;
}

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>
>;

/** A command line that was read. */
export interface Line<O extends Options> {
  values: Parsed<O>["values"];
  operands: string[];
}

const spelled = (name: string, { value }: Option) => `--${name}${value ? ` ${value}` : ""}`;

/** One line: the command and its arguments. */
function usage({ name, operands, options }: Command<Options>): string {
  const words = Object.entries(options).map((option) => `[${spelled(...option)}]`);
  return `Usage: ${[name, "--", ...(operands ? [operands] : []), ...words, "[--help]"].join(" ")}`;
}

/** The text of `--help`. */
function helpText(command: Command<Options>): string {
  const lines = Object.entries(command.options).map(([name, option]) =>
    `  ${spelled(name, option).padEnd(20)}  ${option.text}`
  );
  return [usage(command), "", command.about, "", ...lines, "  --help                print this text"].join(
    "\n",
  );
}

/** Whether help was asked for, whatever else the line says. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

/** Reads a command line. Throws `UsageError`. */
function readLine<const O extends Options>(
  { options, operands }: Command<O>,
  args: readonly string[],
): Line<O> {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: operands !== undefined });
    // An empty value is a shell variable that is not set. Taken for "not given", it would mean another database or folder.
    const [empty] = Object.entries(parsed.values).find(([, value]) => value === "") ?? [];
    if (empty !== undefined) throw new UsageError(`The value of --${empty} is empty.`);
    return { values: parsed.values, operands: parsed.positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The rest is advice on how to pass a word that begins with a dash.
    const [message] = error.message.split(/\. (?:To specify|This command)/);
    throw new UsageError(`${message}.`, { cause: error });
  }
}

/** What the system refused, such as a folder that is read-only; undefined for an error of any other kind. */
function systemRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const known = [
    "EACCES",
    "EPERM",
    "EROFS",
    "ENOSPC",
    "ENOTDIR",
    "EISDIR",
    "EEXIST",
    "ENOENT",
    "EADDRNOTAVAIL",
  ];
  if (!known.includes(String(error.code))) return undefined;
  return `${error.message.replace(/ \(os error \d+\)/, "")}.`;
}

/**
 * Runs a command and gives its exit code: 0, 1 for a mistake or a refusal, or what `run` gives. An error that is
 * nobody's mistake is thrown.
 */
export async function exitCode<const O extends Options>(
  command: Command<O>,
  args: readonly string[],
  run: (line: Line<O>) => Promise<number | void>,
): Promise<number> {
  if (asksForHelp(args)) {
    console.log(helpText(command));
    return 0;
  }
  try {
    return await run(readLine(command, args)) ?? 0;
  } catch (error) {
    const message = error instanceof UserError ? error.message : systemRefusal(error);
    if (message === undefined) throw error;
    if ("json" in command.options && args.includes("--json")) {
      const [first] = message.split("\n", 1);
      console.log(JSON.stringify({ error: first, ...(error instanceof Refusal ? error.facts : {}) }));
      return 1;
    }
    if (error instanceof UsageError) console.error(usage(command));
    console.error(message);
    return error instanceof Interrupted ? Interrupted.EXIT_CODE : 1;
  }
}

/** Runs a command with this process's arguments, and ends the process with its exit code. */
export async function main<const O extends Options>(
  command: Command<O>,
  run: (line: Line<O>) => Promise<number | void>,
): Promise<never> {
  Deno.exit(await exitCode(command, Deno.args, run));
}

/** A whole number from `min` to `max`. Throws `UsageError`. */
export function wholeNumber(text: string, what: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${what} takes a whole number from ${min} to ${max}, not \`${text}\`.`);
}
