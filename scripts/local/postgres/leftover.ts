// Processes of PostgreSQL that outlived their supervisor: found through their data folder, and stopped.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const STOP_LIMIT_MS = 30_000;
/** Longer than a checkpoint takes. */
const FAST_LIMIT_MS = 5_000;
const POLL_MS = 20;

/** What a process that may be gone by now has to say, if it is ours to read. */
async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}

/** The process id in postmaster.pid, which may be that of a process long gone. */
async function recordedPid(dataFolder: string): Promise<number | undefined> {
  const text = await ifReadable(Deno.readTextFile(join(dataFolder, "postmaster.pid")));
  const pid = Number(text?.split("\n")[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Whether a process is the postgres of this data folder: ids are reused, and nobody else's may be stopped. */
async function isServerOf(pid: number, dataFolder: string): Promise<boolean> {
  if (Deno.build.os !== "linux") {
    const ps = new Deno.Command("ps", { args: ["-ww", "-o", "command=", "-p", String(pid)] });
    const { stdout } = await ps.output();
    return new TextDecoder().decode(stdout).includes(` -D ${dataFolder} `);
  }
  // A process that has ended and was not collected yet has no command line any more.
  const command = (await ifReadable(Deno.readTextFile(`/proc/${pid}/cmdline`)))?.split("\0") ?? [];
  return command.includes("-D") && command[command.indexOf("-D") + 1] === dataFolder;
}

/**
 * Sessions and helpers of a postgres that was killed. Most notice and end at once, but a busy one does not, and
 * the next server refuses to start beside it. Linux only; elsewhere PostgreSQL's own message has to do.
 */
async function orphansOf(dataFolder: string): Promise<number[]> {
  if (Deno.build.os !== "linux") return [];
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || await ifReadable(Deno.readLink(`/proc/${name}/cwd`)) !== dataFolder) continue;
    const command = await ifReadable(Deno.readTextFile(`/proc/${name}/cmdline`));
    if (command?.startsWith("postgres: ")) found.push(Number(name));
  }
  return found;
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether it was done within the limit. */
async function within(limitMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + limitMs; !await isDone(); await delay(POLL_MS)) {
    if (performance.now() > end) return false;
  }
  return true;
}

async function until(isDone: () => Promise<boolean>, dataFolder: string): Promise<void> {
  if (await within(STOP_LIMIT_MS, isDone)) return;
  throw new Error(`A PostgreSQL server still runs on ${dataFolder} and does not stop.`);
}

/**
 * Stops what still runs on this data folder; the caller holds the folder's lock, so nobody uses it. A server may take
 * `fastLimitMs` for its checkpoint, and leaves recovery to the next one otherwise.
 */
export async function stopLeftover(dataFolder: string, fastLimitMs = FAST_LIMIT_MS): Promise<void> {
  const pid = await recordedPid(dataFolder);
  // Removed by every orderly shutdown.
  if (pid === undefined) return;
  const isGone = async () => !await isServerOf(pid, dataFolder);
  if (!await isGone()) {
    signal(pid, "SIGINT");
    // Told to stop while it recovered from a crash, version 17 waits for its checkpointer for ever.
    if (!await within(fastLimitMs, isGone)) signal(pid, "SIGQUIT");
    await until(isGone, dataFolder);
  }
  // Ended, but not collected by the system yet, it would look alive to the next server.
  const stat = `/proc/${pid}/stat`;
  await until(
    async () => !/\(postgres\) Z /.test(await ifReadable(Deno.readTextFile(stat)) ?? ""),
    dataFolder,
  );
  for (const orphan of await orphansOf(dataFolder)) signal(orphan, "SIGQUIT");
  await until(async () => (await orphansOf(dataFolder)).length === 0, dataFolder);
}
