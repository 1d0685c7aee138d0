// Breaks a client from outside, in whatever language it is written: between it and the server, between it and the runner, or in its file.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { type Host, Killed } from "../adapter/host.ts";
import { type Adapter, AdapterError, type Command } from "../adapter/protocol.ts";
import { casesOf } from "../requirement.ts";
import { THEMES } from "../requirements/mod.ts";
import { playCase } from "../run.ts";
import type { RawRequest, Reply } from "../server/reply.ts";
import type { Mutant } from "./mutant.ts";

/** Answers a request. */
export type Handle = (request: RawRequest) => Promise<Reply>;

/** What can be done to a client from outside. */
export interface Outside {
  /** Puts something between the client and the server. */
  network(wrap: (next: Handle) => Handle): void;
  /** Puts something between the runner and the client. */
  around(wrap: (next: Adapter) => Adapter): void;
  /** Runs a statement in the client's database, behind the client's back; nothing if there is no database yet. */
  run(sql: string, ...parameters: (string | number | null)[]): Promise<void>;
}

/** The database of clients that keep Carrel's tables, in the folder that the runner names. */
const FILE = "device.sqlite";

/** A client between layers. `patch` is called once for each case. */
export const brokenHost = (host: Host, patch: (outside: Outside) => void): Host => async (server) => {
  let handle: Handle = (request) => server.handle(request);
  let folder = "";
  const layers: ((next: Adapter) => Adapter)[] = [];
  patch({
    network: (wrap) => handle = wrap(handle),
    around: (wrap) => layers.push(wrap),
    async run(sql, ...parameters) {
      const file = join(folder, FILE);
      if (!await access(file).then(() => true, () => false)) return;
      const db = new DatabaseSync(file, { timeout: 5000 });
      try {
        db.prepare(sql).run(...parameters);
      } finally {
        db.close();
      }
    },
  });
  const place = await host({ handle });
  folder = place.storage;
  return {
    url: place.url,
    storage: place.storage,
    start() {
      const run = place.start();
      const client: Adapter = async (command) => {
        const { ok, ...answer } = JSON.parse(await run.send(command));
        if (!ok) throw new AdapterError(answer.error);
        return answer;
      };
      const adapter = layers.reduce((next, wrap) => wrap(next), client);
      return {
        async send(command) {
          try {
            return JSON.stringify({ ok: true, ...await adapter(command) });
          } catch (error) {
            if (error instanceof Killed) throw error;
            return JSON.stringify({ ok: false, error: error instanceof Error ? error.message : `${error}` });
          }
        },
        kill: () => run.kill(),
      };
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
};

/** Does something else for a command. */
export const instead = <N extends Command["do"]>(
  { around }: Outside,
  name: N,
  act: (command: Extract<Command, { do: N }>, next: Adapter) => Promise<Record<string, unknown>>,
): void =>
  around((next) => (command) =>
    command.do === name ? act(command as Extract<Command, { do: N }>, next) : next(command)
  );

/** Does something after each sync. */
export const afterSync = (
  outside: Outside,
  act: (outcome: Record<string, unknown>) => Promise<void>,
): void =>
  instead(outside, "sync", async (command, next) => {
    const outcome = await next(command);
    await act(outcome);
    return outcome;
  });

/** Answers the requests of a method and path itself. */
export const onPath = (
  { network }: Outside,
  path: RegExp,
  answer: (request: RawRequest, next: Handle) => Promise<Reply>,
): void =>
  network((next) => (request) => {
    const { pathname } = new URL(request.url, "http://carrel.test");
    return path.test(`${request.method} ${pathname}`) ? answer(request, next) : next(request);
  });

/** The body of a request or a reply as text. */
export function textOf(
  { body, headers }: { body: string | Uint8Array; headers: RawRequest["headers"] },
): string {
  if (typeof body === "string") return body;
  return new TextDecoder().decode(headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
}

/** A request with another body. */
export function withBody(request: RawRequest, text: string): RawRequest {
  const { "content-encoding": _, "content-length": __, ...headers } = request.headers;
  return { ...request, headers, body: new TextEncoder().encode(text) };
}

/** Changes the text of the replies of a method and path. */
export const onReply = (outside: Outside, path: RegExp, change: (text: string) => string): void =>
  onPath(outside, path, async (request, next) => {
    const reply = await next(request);
    return { ...reply, body: change(textOf(reply)) };
  });

/** A refusal that is retried, or one that is not. */
export const refusal = (status: 400 | 503): Reply => ({ status, headers: {}, body: "{}", delivery: "whole" });

/** Whether a case of the requirement whose rule a mutant breaks fails with it. */
export async function isCaught({ fails: [rule], patch }: Mutant<Outside>, host: Host): Promise<boolean> {
  const cases = casesOf(THEMES).filter(({ requirement }) => requirement.id === rule);
  for (const one of cases) if (await playCase(one, brokenHost(host, patch)) !== null) return true;
  return false;
}
