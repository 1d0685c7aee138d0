// `npm start` and `npm run reset` as processes on a data folder of their own, for tests.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startCluster } from "../local/postgres/cluster.ts";
import { freePort, isFree } from "../local/postgres/port.ts";
import { migrated } from "../local/postgres/recipes.ts";
import { databaseFolder, keysFile } from "../local/data_folder.ts";
import { openKeys } from "../local/keys.ts";
import { SUPABASE_FOLDER } from "./project.ts";
import type { Summary } from "./summary.ts";
import { until } from "../local/until.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** A data folder and ports that nobody else uses; disposing of it removes the folder. */
export interface Site extends AsyncDisposable {
  apiPort: number;
  dbPort: number;
  folder: string;
  args: string[];
}

/** What all migrations cost is paid where a start without a database is the claim. */
async function makeDatabase(dataFolder: string): Promise<void> {
  const recipe = migrated(SUPABASE_FOLDER);
  const cluster = await startCluster({ dataFolder, port: 0, durable: true, recipe });
  await cluster.stop();
}

/** Makes one; `hasDatabase`: with all migrations applied, as an earlier start left it. */
export async function site(o: { hasDatabase?: boolean } = {}): Promise<Site> {
  const holder = await Deno.makeTempDir();
  // PostgreSQL's user has to pass through it.
  await Deno.chmod(holder, 0o755);
  const folder = join(holder, "data");
  const [apiPort, dbPort] = [freePort(), freePort()];
  if (o.hasDatabase) {
    await makeDatabase(databaseFolder(folder));
    await openKeys(keysFile(folder), `http://127.0.0.1:${apiPort}`);
  }
  const args = [`--api-port=${apiPort}`, `--db-port=${dbPort}`, `--data-folder=${folder}`];
  return {
    apiPort,
    dbPort,
    folder,
    args,
    async [Symbol.asyncDispose]() {
      await Deno.remove(holder, { recursive: true });
    },
  };
}

/** What is run. */
type Script = "main.ts" | "reset.ts" | "status.ts";

/** A script with its arguments, ready to be spawned. */
export function command(
  script: Script,
  args: string[],
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(HERE, script), ...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs to the end and gives the exit code with everything printed. */
export async function run(
  script: Script,
  args: string[],
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await command(script, args).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** `npm start`, running. */
export interface Supervisor {
  summary: Summary & { pid: number };
  /** Sends a signal, unless it has ended; gives the exit code and what was printed on standard error. */
  end(signal: Deno.Signal): Promise<{ code: number; text: string }>;
}

/** Starts the stack and waits for its summary. */
export async function start(s: Site, ...more: string[]): Promise<Supervisor> {
  // What a killed one leaves among the temporary files goes with the site.
  const child = command("main.ts", [...s.args, "--json", ...more], { TMPDIR: dirname(s.folder) }).spawn();
  let isOver = false;
  child.status.then(() => isOver = true);
  const text = new Response(child.stderr).text();
  let summary: Supervisor["summary"] | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    summary = JSON.parse(chunk);
    break;
  }
  if (!summary) throw new Error(`It did not start:\n${await text}`);
  return {
    summary,
    async end(signal) {
      if (!isOver) child.kill(signal);
      const { code } = await child.status;
      return { code, text: await text };
    },
  };
}

/** Runs one statement as a role. */
export async function query(s: Site, text: string, role = "postgres"): Promise<Record<string, unknown>[]> {
  const sql = postgres(`postgresql://${role}:postgres@127.0.0.1:${s.dbPort}/postgres`, { max: 1 });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}

/** Resolves when nothing of the site listens any more. */
export function isGone(s: Site): Promise<void> {
  return until("free ports", () => isFree(s.apiPort) && isFree(s.dbPort), 50);
}
