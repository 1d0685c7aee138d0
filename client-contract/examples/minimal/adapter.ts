// The adapter of the minimal client: commands of the conformance kit in, calls of the client out.
import { ContractError, NetworkError, ProblemError, QuestionRow } from "../../mod.ts";
import { VirtualClock } from "../../conformance/adapter/clock.ts";
import type { Adapter, Command, Dump, Init } from "../../conformance/adapter/protocol.ts";
import { CLOCK_HEADER } from "../../conformance/server/reply.ts";
import { type App, Client } from "./client.ts";
import type { State, Store } from "./state.ts";

/** What an adapter needs besides the runner's commands. */
export interface Env {
  fetch: typeof globalThis.fetch;
  openStore(folder: string): Store;
  /** The client; by default the minimal one. */
  make?: (app: App, store: Store) => Client;
}

interface Running {
  client: Client;
  clock: VirtualClock;
  tokens: { token: string | null; refreshed: string | null };
  isOffline: boolean;
}

function start({ fetch, openStore, make = (app, store) => new Client(app, store) }: Env, o: Init): Running {
  const clock = new VirtualClock(o.now, o.utc_offset_minutes);
  const app: App = {
    url: o.url,
    learnerId: o.learner_id,
    deviceId: o.device_id,
    clock,
    getToken({ refused }) {
      if (refused) running.tokens.token = running.tokens.refreshed;
      return running.tokens.token;
    },
    fetch(input, init) {
      if (running.isOffline) return Promise.reject(new TypeError("there is no network"));
      const headers = new Headers(init?.headers);
      headers.set(CLOCK_HEADER, String(clock.now()));
      return fetch(input, { ...init, headers });
    },
  };
  const tokens = { token: o.token, refreshed: null };
  const running: Running = { client: make(app, openStore(o.storage)), clock, tokens, isOffline: false };
  return running;
}

function mustUpdate({ isRefused, steering, head, content }: State, now: number): Dump["must_update"] {
  const { required_from } = steering.upgrade ?? { required_from: null };
  if (isRefused || (required_from !== null && Date.parse(required_from) <= now)) return "app";
  return content.version < (head?.minimum_version ?? 0) ? "content" : null;
}

function dump({ client, clock }: Running): Dump {
  const { state, app } = client;
  const rows = (kind: string) =>
    Object.values(state.rows).filter((change) => change.kind === kind).map(({ row }) => row);
  return {
    now: clock.now(),
    device_id: app.deviceId,
    content: {
      history: state.content.history,
      version: state.content.version,
      lines: Object.values(state.content.rows),
    },
    outbox: state.outbox.map(({ id, state, code, line }) => ({ id, state, code, line })),
    cursor: state.cursor,
    rows: {
      session: rows("session"),
      attempt: rows("attempt"),
      skill_progress: rows("skill_progress"),
      practice: rows("practice"),
    },
    progress: Object.fromEntries(client.progress()),
    must_update: mustUpdate(state, clock.now()),
    revoked: state.isRevoked,
    letters: 0,
  };
}

async function perform(running: Running, command: Command): Promise<Record<string, unknown>> {
  const { client, clock } = running;
  switch (command.do) {
    case "answer": {
      const line = client.state.content.rows[`question/${command.question_id}`] ?? "{}";
      const question = QuestionRow.parse(JSON.parse(line));
      if (question.type !== "single_choice") throw new Error("this adapter answers single choices alone");
      const choice = command.right ? question.answer.choice : question.answer.choice === 0 ? 1 : 0;
      return { event_id: client.answer(question, { choice }, command.duration_ms) };
    }
    case "advance":
      client.advance(command.skill_id, command.mastery, command.completed);
      return {};
    case "reset":
      client.startOver(command.skill_id);
      return {};
    case "end_session":
      client.endSession();
      return {};
    case "go_offline":
      running.isOffline = command.offline;
      return {};
    case "set_token":
      running.tokens = { token: command.token, refreshed: command.refreshed };
      return {};
    case "advance_clock":
      clock.advance(command.ms);
      return {};
    case "sync":
      try {
        await client.sync();
        return { result: "done", code: null };
      } catch (error) {
        if (error instanceof ProblemError) return { result: "failed", code: error.code };
        if (error instanceof NetworkError) return { result: "failed", code: "network" };
        if (error instanceof ContractError) return { result: "failed", code: "invalid_answer" };
        throw error;
      }
    case "dump":
      return dump(running);
    default:
      throw new Error(`this client has no \`${command.do}\``);
  }
}

/** Makes the adapter. */
export function minimalAdapter(env: Env): Adapter {
  let running: Running | undefined;
  return async (command) => {
    if (command.do === "init") {
      running = start(env, command);
      return { capabilities: [] };
    }
    if (!running) throw new Error("`init` comes first");
    return await perform(running, command);
  };
}
