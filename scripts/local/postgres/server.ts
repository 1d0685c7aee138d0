// One postgres process on one data folder: started, watched, stopped.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { exists, serverUser } from "./folders.ts";
import { stopLeftover } from "./leftover.ts";
import { UserError } from "../user_error.ts";
import { freePort, isFree, PortTaken } from "./port.ts";
import { NOT_DURABLE, settingArguments, SETTINGS } from "./settings.ts";
import { guard } from "./watchdog.ts";

/** PostgreSQL could not be started; the message ends with what it said last. */
export class ServerFailed extends UserError {
  override readonly name = "ServerFailed";
}

/** What to start. */
export interface ServerOptions {
  binaries: Binaries;
  /** A complete data folder (PGDATA). */
  dataFolder: string;
  /** 0 takes any free one. */
  port: number;
  /** Whether committed transactions survive a crash of the server or the machine. */
  durable: boolean;
}

/** A running postgres. */
export interface Server {
  readonly port: number;
  /** Resolves when the process is gone, whether stopped or crashed. */
  readonly ended: Promise<void>;
  /** `fast` ends sessions and writes a checkpoint; `immediate` leaves that to the next start. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
}

/** How long recovery after a crash may take. */
const START_LIMIT_MS = 120_000;
/** Between two looks at whether the server is ready; a start takes 50-150 ms. */
const POLL_MS = 10;
/** A free port may be taken between finding and using it, by a test beside us. */
const PORT_ATTEMPTS = 5;
const LOG_LINES_SHOWN = 12;

/** The server's log of the present run. */
export function logFile(dataFolder: string): string {
  return join(dataFolder, "postgres.log");
}

async function lastLogLines(dataFolder: string): Promise<string> {
  const file = logFile(dataFolder);
  if (!await exists(file)) return "(no log)";
  const text = await Deno.readTextFile(file);
  return text.trimEnd().split("\n").slice(-LOG_LINES_SHOWN).join("\n");
}

/** Line 8 of postmaster.pid holds the server's state. */
async function isReady(dataFolder: string, pid: number): Promise<boolean> {
  try {
    const lines = (await Deno.readTextFile(join(dataFolder, "postmaster.pid"))).split("\n");
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The log of the last run is kept beside the new one: it tells about a crash. */
async function turnLog(dataFolder: string): Promise<void> {
  const file = logFile(dataFolder);
  if (await exists(file)) await Deno.rename(file, `${file}.previous`);
}

function spawn(o: ServerOptions, port: number): Deno.ChildProcess {
  const settings = { ...SETTINGS, ...(o.durable ? {} : NOT_DURABLE) };
  return new Deno.Command("/bin/sh", {
    // The shell only opens the log, which unlike a pipe outlives us, and then becomes postgres.
    args: [
      "-c",
      'log=$1; shift; umask 077; exec "$@" >>"$log" 2>&1',
      "sh",
      logFile(o.dataFolder),
      o.binaries.postgres,
      "-D",
      o.dataFolder,
      "-p",
      String(port),
      ...settingArguments(settings),
    ],
    // A session of its own: Ctrl-C in the terminal is for the supervisor, which stops its services first.
    detached: true,
    // A user without a home, or with one that is closed to them, must not matter.
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
    ...serverUser(),
  }).spawn();
}

async function startOnce(o: ServerOptions, port: number): Promise<Server> {
  await turnLog(o.dataFolder);
  const child = spawn(o, port);
  let running = true;
  const ended = child.status.then(() => {
    running = false;
  });
  const watchdog = guard(child.pid);

  const stop = async (mode: "fast" | "immediate" = "fast") => {
    if (running) child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
    await ended;
    await watchdog.dismiss();
  };

  const started = performance.now();
  while (!await isReady(o.dataFolder, child.pid)) {
    if (running && performance.now() - started < START_LIMIT_MS) {
      await Promise.race([ended, delay(POLL_MS)]);
      continue;
    }
    await stop("immediate");
    const log = await lastLogLines(o.dataFolder);
    if (/could not bind .*Address already in use/.test(log)) throw new PortTaken(port);
    throw new ServerFailed(`PostgreSQL did not start in ${o.dataFolder}. Its last words:\n${log}`);
  }
  return { port, ended: ended.then(() => watchdog.dismiss()), stop };
}

/** Starts postgres and resolves when it accepts connections. A leftover of a killed run is stopped first. */
export async function startServer(o: ServerOptions): Promise<Server> {
  await stopLeftover(o.dataFolder);
  if (o.port !== 0) {
    if (!isFree(o.port)) throw new PortTaken(o.port);
    return await startOnce(o, o.port);
  }
  for (let attempt = 1;; attempt++) {
    try {
      return await startOnce(o, freePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
