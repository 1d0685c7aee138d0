// `npm run content:import -- FILE.jsonl`: a curriculum file into the drafts. The format: docs/content-format.md.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "../local/config.ts";
import { createProgress } from "../local/progress.ts";
import { addressOf, connect, explainDatabaseError, resolveDatabaseUrl } from "./database.ts";
import {
  bytesToLines,
  type Counts,
  importContent,
  type ImportOptions,
  ImportRefused,
  type ImportResult,
} from "./import_content.ts";

/** A run that takes longer says what it is doing. */
const QUIET_MS = 2_000;

const USAGE = `npm run content:import -- FILE.jsonl [options]
  --withdraw-missing  withdraw every active question, skill and domain that the file does not have
  --dry-run           count what would change, and change nothing
  --json              print the result as JSON
  --db-url URL        the database; else SUPABASE_DB_URL, else the local stack's
  --help              this text`;

/** A command line or file that can't be used; the message is meant for the person at the terminal. */
class UsageError extends Error {}

interface Command {
  file: string;
  options: ImportOptions;
  json: boolean;
  databaseUrl: string | undefined;
}

function parseCommand(args: readonly string[]): Command | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError(`Name one file.\n\n${USAGE}`);
  return {
    file,
    options: { withdrawMissing: values["withdraw-missing"], dryRun: values["dry-run"] },
    json: values.json ?? false,
    databaseUrl: values["db-url"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "withdraw-missing": { type: "boolean" },
        "dry-run": { type: "boolean" },
        "json": { type: "boolean" },
        "db-url": { type: "string" },
        "help": { type: "boolean" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${USAGE}`);
  }
}

/** npm runs scripts in the project's folder; a path is meant from where the person stands. */
async function readFile(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(resolve(Deno.env.get("INIT_CWD") ?? ".", file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`There is no file ${file}.`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UsageError(`${file} is a folder; name one file.`);
    }
    throw error;
  }
}

/** Progress lines, once the run has taken so long that somebody wonders: the step under way, then each new one. */
function patientProgress(): Disposable & { onProgress(line: string): void } {
  const progress = createProgress("stderr");
  let current: string | undefined;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (current !== undefined) progress.step(current);
  }, QUIET_MS);
  return {
    onProgress(line) {
      current = line;
      if (late) progress.step(line);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

const plural = { domain: "domains", skill: "skills", question: "questions" } as const;

function renderCounts({ inserted, updated, unchanged, withdrawn }: Counts): string {
  return `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${withdrawn} withdrawn`;
}

function renderResult(result: ImportResult, seconds: string): string {
  const kinds = ["question", "skill", "domain"] as const;
  const lines = [
    ...result.warnings,
    ...kinds.map((kind) => `${`${plural[kind]}:`.padEnd(11)}${renderCounts(result[kind])}`),
  ];
  const changed = kinds.some((kind) =>
    result[kind].inserted + result[kind].updated + result[kind].withdrawn > 0
  );
  if (result.dryRun) lines.push(`A dry run of ${seconds}; nothing was written.`);
  else if (changed) {
    lines.push(
      `Imported in ${seconds}. Drafts only: devices see them after select public.publish_release('…');`,
    );
  } else lines.push(`Nothing to change, after ${seconds}.`);
  return lines.join("\n");
}

async function run({ file, options, json, databaseUrl }: Command): Promise<void> {
  const bytes = await readFile(file);
  const url = await resolveDatabaseUrl(databaseUrl, Deno.env.toObject());
  if (!URL.canParse(url) || addressOf(url).startsWith(":")) {
    throw new UsageError(
      "--db-url and SUPABASE_DB_URL take an address such as postgresql://user:password@host:5432/postgres.",
    );
  }
  const sql = connect(url);
  const { seconds } = createProgress("stderr");
  try {
    using progress = patientProgress();
    const result = await importContent(sql, bytesToLines(bytes), {
      ...options,
      onProgress: progress.onProgress,
    });
    console.log(json ? JSON.stringify(result) : renderResult(result, seconds()));
  } catch (error) {
    const text = explainDatabaseError(error, url, "import");
    throw text === undefined ? error : new UsageError(text, { cause: error });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Runs the command and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  try {
    const command = parseCommand(args);
    if (command === "help") console.log(USAGE);
    else await run(command);
    return 0;
  } catch (error) {
    const known = [UsageError, ConfigError, ImportRefused].some((kind) => error instanceof kind);
    if (!known || !(error instanceof Error)) throw error;
    const problems = error instanceof ImportRefused ? error.problems : undefined;
    if (json) console.log(JSON.stringify({ error: error.message.split("\n", 1)[0], problems }));
    else console.error(error.message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
