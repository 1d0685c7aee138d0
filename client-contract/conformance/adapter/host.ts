// Where a client under test lives: in this process, which is fast, or in a process of its own, which any language can be.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import type { ScriptedServer } from "../server/server.ts";
import { fetchOf, listen } from "../server/http.ts";
import { linesOf } from "./lines.ts";
import { type Adapter, AdapterError, answerLine, type Command } from "./protocol.ts";

/** The client was killed before it answered. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** One run of a client, until it is killed or ends. */
export interface ClientRun {
  /** Sends a command and gives the line that answers it. Rejects with Killed, or AdapterError. */
  send(command: Command): Promise<string>;
  /** Ends the client at once, as SIGKILL does. */
  kill(): Promise<void>;
}

/** The place of one case: a server and a folder. Disposing of it ends everything in it. */
export interface Place extends AsyncDisposable {
  url: string;
  /** For the client's data. */
  storage: string;
  start(): ClientRun;
}

/** Makes places. */
export type Host = (server: Pick<ScriptedServer, "handle">) => Promise<Place>;

/** What a client in this process is given. `kept` outlives it, as a disk does. */
export interface InProcess {
  fetch: typeof globalThis.fetch;
  kept: Map<string, unknown>;
}

const URL_OF_NOWHERE = "http://carrel.test";

/** Clients in this process. A killed one never gets another answer of the network. */
export function inProcess(adapterOf: (env: InProcess) => Adapter): Host {
  return (server) => {
    const kept = new Map<string, unknown>();
    const fetch = fetchOf((request) => server.handle(request));
    return Promise.resolve({
      url: URL_OF_NOWHERE,
      storage: "memory",
      start() {
        let end: (error: Error) => void = () => {};
        let isDead = false;
        const ended = new Promise<never>((_, reject) => end = reject);
        ended.catch(() => {});
        const silent = new Promise<never>(() => {});
        const adapter = adapterOf({
          kept,
          fetch: async (input, init) => {
            try {
              const response = await fetch(input, init);
              return isDead ? await silent : response;
            } catch (error) {
              if (isDead) return await silent;
              throw error;
            }
          },
        });
        return {
          send: (command) => Promise.race([answerLine(adapter, JSON.stringify(command)), ended]),
          kill() {
            isDead = true;
            end(new Killed("killed"));
            return Promise.resolve();
          },
        };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  };
}

/** Milliseconds that a client may take for one command. */
const PATIENCE_MS = 180_000;

type Child = ChildProcessByStdio<Writable, Readable, null>;

function runOf(child: Child, patienceMs: number): ClientRun {
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  void (async () => {
    for await (const line of linesOf(child.stdout)) waiting.shift()?.resolve(line);
  })().catch(end);
  child.on("error", (error) => end(new AdapterError(`The client does not start: ${error.message}`)));
  child.on("exit", (code) => end(new AdapterError(`The client ended with code ${code}.`)));
  child.stdin.on("error", () => {});
  return {
    send(command) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            end(new AdapterError(`The client did not answer \`${command.do}\` in ${patienceMs / 1000} s.`)),
          patienceMs,
        );
        const settled = <T>(settle: (value: T) => void) => (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
        waiting.push({ resolve: settled(resolve), reject: settled(reject) });
        child.stdin.write(`${JSON.stringify(command)}\n`);
      });
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      end(new Killed("killed"));
      // The whole group: the command may have started the client as a child of its own.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await exited;
    },
  };
}

/** Clients as processes: `command` is run by the shell, once a start. `patienceMs`: the limit of one command; emulated clients need more. */
export function byCommand(command: string, patienceMs = PATIENCE_MS): Host {
  return async (server) => {
    const listening = await listen((request) => server.handle(request));
    const storage = await mkdtemp(join(tmpdir(), "carrel-conformance-"));
    const runs: ClientRun[] = [];
    return {
      url: listening.url,
      storage,
      start() {
        const stdio: ["pipe", "pipe", "inherit"] = ["pipe", "pipe", "inherit"];
        const child = spawn(command, { shell: true, detached: true, stdio });
        const run = runOf(child, patienceMs);
        runs.push(run);
        return run;
      },
      async [Symbol.asyncDispose]() {
        for (const run of runs) await run.kill();
        await listening[Symbol.asyncDispose]();
        await rm(storage, { recursive: true, force: true });
      },
    };
  };
}
