// Follows one page: a stack and a copy of the project of its own, then its blocks in order.
import { claimInstance } from "../../local/instance.ts";
import { throwAwayCluster, throwAwayStack } from "../../start/project.ts";
import { summarise } from "../../start/summary.ts";
import { projectFiles, root } from "../project.ts";
import type { Failure } from "../step.ts";
import { type Block, readBlocks } from "./blocks.ts";
import { wrongMessage } from "./messages.ts";
import { type Printed, startShell } from "./shell.ts";
import { openConsole } from "./sql_console.ts";
import { Bindings, differsAt } from "./volatile.ts";

/** What following a page gave. */
export interface PageReport {
  /** Blocks that hold. */
  passed: number;
  failures: Failure[];
  /** Blocks that the page marks as not run. */
  notRun: number;
}

const API = "http://127.0.0.1:54321";
const DATABASE = "127.0.0.1:54322";
const COMMANDS = new Set(["sh", "sql"]);
/** Pictures, and edits of sources, which supabase/tests/walks applies. */
const NOT_FOR_RUNNING = new Set(["mermaid", "diff"]);

/** One zone for all times, and no colours, telemetry or lines of npm's own. */
const ENVIRONMENT = {
  TZ: "UTC",
  NO_COLOR: "1",
  DO_NOT_TRACK: "1",
  SUPABASE_TELEMETRY_DISABLED: "1",
  npm_config_loglevel: "silent",
};

/** Runs a block and gives what it printed. */
type Run = (command: string) => Promise<Printed>;

/** The project without its data, so that a page may write files and change sources. */
async function copyProject(folder: string, apiUrl: string, databaseAddress: string): Promise<void> {
  for (const file of await projectFiles()) {
    await Deno.mkdir(`${folder}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${root}/${file}`, `${folder}/${file}`);
  }
  await Deno.symlink(`${root}/node_modules`, `${folder}/node_modules`);
  const config = await Deno.readTextFile(`${folder}/supabase/config.toml`);
  const portOf = (address: string) => address.split(":").at(-1) ?? "";
  const ports = config.replace(`port = ${portOf(API)}`, `port = ${portOf(apiUrl)}`)
    .replace(`port = ${portOf(DATABASE)}`, `port = ${portOf(databaseAddress)}`);
  await Deno.writeTextFile(`${folder}/supabase/config.toml`, ports);
}

function compare(output: Block, printed: string, bindings: Bindings): string | undefined {
  if (output.language === "text") {
    return bindings.matches(output.text, printed) ? undefined : "prints something else than the page shows";
  }
  if (output.name !== "") {
    const wrong = wrongMessage(output.name, printed);
    if (wrong !== undefined) return wrong;
  }
  const lines = (text: string) => output.language === "ndjson" ? text.trim().split("\n") : [text];
  try {
    const values = (text: string) => lines(text).map((line) => line.trim() === "…" ? "…" : JSON.parse(line));
    const place = differsAt(values(output.text), values(printed), bindings);
    return place === undefined ? undefined : `prints something else than the page shows at ${place}`;
  } catch (error) {
    return `${error}`;
  }
}

/** What is wrong with a command; undefined where it does what the page says. */
async function check(block: Block, run: Run, bindings: Bindings): Promise<string | undefined> {
  const { code, text } = await run(bindings.fill(block.text));
  const wrong = block.output
    ? compare(block.output, text, bindings)
    : code === 0
    ? undefined
    : `ended with code ${code}`;
  return wrong === undefined ? undefined : `${wrong}\n${text.trim()}`;
}

/** Follows a page from its first block to its last. */
export async function followPage(path: string, markdown: string): Promise<PageReport> {
  const all = readBlocks(markdown);
  const blocks = all.filter((block) => block.notRun === undefined && !NOT_FOR_RUNNING.has(block.language));
  const report: PageReport = { passed: 0, failures: [], notRun: all.filter(({ notRun }) => notRun).length };
  const fail = (block: Block, detail: string) => {
    const message = `the ${block.language || "unnamed"} block does not hold`;
    report.failures.push({ at: `${path}:${block.line}`, message, detail });
  };
  const settle = (block: Block, wrong: string | undefined) =>
    wrong === undefined ? report.passed++ : fail(block, wrong);
  for (const block of blocks) {
    if (block.language === "json" || block.language === "ndjson") {
      settle(block, wrongMessage(block.name, block.text));
    } else if (!COMMANDS.has(block.language) && block.language !== "ts") {
      fail(block, "say above it why it can't be run: <!-- Not run: … -->");
    }
  }
  const active = blocks.filter(({ language }) => COMMANDS.has(language));
  if (active.length === 0) return report;

  await using cleanup = new AsyncDisposableStack();
  if (active.every(({ language }) => language === "sql")) {
    const cluster = cleanup.use(await throwAwayCluster({ migrated: true }));
    const sql = cleanup.use(await openConsole(cluster.url("postgres")));
    const bindings = new Bindings();
    for (const block of active) settle(block, await check(block, sql.run, bindings));
    return report;
  }

  const stack = cleanup.use(await throwAwayStack({ migrated: true, jobs: false }));
  const folder = await Deno.makeTempDir({ prefix: "carrel-docs-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const databaseAddress = new URL(stack.dbUrl()).host;
  await copyProject(folder, stack.apiUrl, databaseAddress);
  const instance = cleanup.use(await claimInstance(`${folder}/.carrel/local`));
  await instance.announce(await summarise(stack));
  const bindings = new Bindings([[API, stack.apiUrl], [DATABASE, databaseAddress]]);
  const shell = cleanup.use(startShell(folder, ENVIRONMENT));
  const sql = cleanup.use(await openConsole(stack.dbUrl()));

  // Modules that the page runs; the step `types` checks them.
  for (const { language, name, text } of blocks) {
    if (language === "ts" && name !== "") await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  for (const block of active) {
    if (block.language === "sh") settle(block, await check(block, shell.run, bindings));
    if (block.language === "sql") settle(block, await check(block, sql.run, bindings));
  }
  return report;
}
