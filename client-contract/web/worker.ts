// The program of the leader's worker. An app's own worker file calls it with the library, so that any bundler finds both:
//
//   import load from "@sqlite.org/sqlite-wasm";
//   import { serveDevice } from "@carrel/client-contract/web/worker";
//   serveDevice(load);
import type { TokenRequest } from "../device/mod.ts";
import { Host } from "./host.ts";
import {
  type Call,
  type FromWorker,
  type Heard,
  nameOf,
  type Refusal,
  type Said,
  type ToWorker,
} from "./protocol.ts";
import { refusalOf } from "./refusal.ts";
import { type LoadSqlite, openOpfsSqlite } from "./sqlite_wasm.ts";

type Start = Extract<ToWorker, { is: "start" }>;

/** The worker's own port, as far as it is used. */
interface Port {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** Asks the leader's tab for tokens: only a page has the app's session. */
class Tokens {
  readonly #waiting = new Map<number, { resolve(token: string | null): void; reject(error: Error): void }>();
  #asked = 0;
  constructor(readonly port: Port) {}
  get = (request: TokenRequest): Promise<string | null> =>
    new Promise((resolve, reject) => {
      const id = ++this.#asked;
      this.#waiting.set(id, { resolve, reject });
      this.port.postMessage({ is: "token", id, request });
    });
  take(message: Extract<ToWorker, { is: "token" | "no token" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.is === "token") waiting?.resolve(message.token);
    else waiting?.reject(new Error(message.message));
  }
}

/** Why the database could not be opened. */
function notOpened(error: unknown): Refusal {
  const refusal = refusalOf(error);
  return refusal.code === "unknown" ? { ...refusal, code: "storage_unavailable" } : refusal;
}

/** Opens the device and serves all tabs, until the tab says stop. Where the device does not open, all calls are refused. */
async function serve(
  load: LoadSqlite,
  port: Port,
  tokens: Tokens,
  { options, ...start }: Start,
): Promise<Host | null> {
  const channel = new BroadcastChannel(nameOf(options.learnerId));
  const say = (said: Said) => channel.postMessage(said);
  async function answer({ from, id, ...call }: Call, work: (call: Call) => Promise<unknown>): Promise<void> {
    try {
      say({ to: from, id, ok: true, value: await work({ ...call, from, id }) });
    } catch (error) {
      say({ to: from, id, ok: false, refusal: refusalOf(error) });
    }
  }
  let host: Host | null = null;
  let closed: Refusal | undefined;
  try {
    const opened = await openOpfsSqlite(load, `carrel/${options.learnerId}`);
    host = new Host({
      ...start,
      opened,
      options,
      getToken: tokens.get,
      onStatus(status, marker) {
        // Before any tab hears of it: what waits must be known to the marker first.
        port.postMessage({ is: "marker", marker });
        say({ to: "all", is: "status", status });
      },
    });
  } catch (error) {
    closed = notOpened(error);
  }
  channel.onmessage = ({ data }: MessageEvent<Heard>) => {
    if (data.to !== "leader" || !("method" in data)) return;
    if (closed) say({ to: data.from, id: data.id, ok: false, refusal: closed });
    else if (host) void answer(data, (call) => host.call(call));
  };
  port.postMessage({ is: "open" });
  say({ to: "all", is: "leading" });
  return host;
}

/** Makes this worker the device's. `load` is the default export of @sqlite.org/sqlite-wasm. */
export function serveDevice(load: LoadSqlite): void {
  const port: Port = globalThis as unknown as Port;
  const tokens = new Tokens(port);
  let serving: Promise<Host | null> = Promise.resolve(null);
  /** Messages that follow the start wait for it. */
  const withHost = (work: (host: Host) => void) => void serving.then((host) => host && work(host));
  port.onmessage = ({ data }) => {
    switch (data.is) {
      case "start":
        serving = serve(load, port, tokens, data);
        return;
      case "token":
      case "no token":
        return tokens.take(data);
      case "online":
        return withHost((host) => host.pushSoon(0));
      case "persistent":
        return withHost((host) => host.persistent());
      case "content hint":
        return withHost((host) => host.loop.onHint(data.hint));
      case "learner hint":
        return withHost((host) => host.loop.onLearnerHint(data.hint));
      case "listening":
        return withHost((host) => host.loop.onListening(data.isListening));
      case "stop":
        void serving.then((host) => host?.close()).catch(() => {}).then(() =>
          port.postMessage({ is: "stopped" })
        );
    }
  };
}
