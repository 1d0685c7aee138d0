// The device as every tab sees it. One tab leads: its worker holds the database. The others send their calls there. When the leader's tab is
// closed or dies, the browser gives its lock to another tab, which opens the database and answers what was still waiting.
import {
  type Call,
  type Calls,
  type Heard,
  type Method,
  nameOf,
  type Refusal,
  type Said,
  type WebStatus,
} from "./protocol.ts";
import { lead } from "./leader.ts";
import type { WebDeviceOptions } from "./options.ts";

/** The device in a browser. Every tab has the same methods. */
export interface WebDevice extends Calls {
  /** Calls back with the state, now and after each change, until the returned function is called. */
  subscribe(changed: (status: WebStatus) => void): () => void;
  /** Whether this tab's worker holds the database. */
  readonly isLeader: boolean;
  /** Leaves. If this tab leads, another one takes over. Waiting calls are refused with `closed`. */
  close(): Promise<void>;
}

/** A refused call. */
export class WebDeviceError extends Error {
  override readonly name = "WebDeviceError";
  /** The class of the device's error: DeviceError, ProblemError, NetworkError, ContractError, StorageError, or another one. */
  readonly kind: string;
  /** What to act on: docs/web.md lists the codes. */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  constructor({ kind, code, message, retryable }: Refusal) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.retryable = retryable;
  }
}

/** A call that waits for its reply. */
interface Waiting {
  call: Call;
  resolve(value: unknown): void;
  reject(error: WebDeviceError): void;
}

const CLOSED: Refusal = {
  kind: "Error",
  code: "closed",
  message: "The device was closed.",
  retryable: false,
};

/** The calls of one tab. */
class Caller {
  readonly #from = crypto.randomUUID();
  readonly #waiting = new Map<string, Waiting>();
  readonly #channel: BroadcastChannel;
  #isClosed = false;

  constructor(name: string, readonly onStatus: (status: WebStatus) => void) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Heard>) => {
      if (!("method" in data)) this.#hear(data);
    };
  }

  #hear(said: Said): void {
    if ("id" in said) {
      const waiting = said.to === this.#from ? this.#waiting.get(said.id) : undefined;
      if (!waiting) return;
      this.#waiting.delete(said.id);
      if (said.ok) waiting.resolve(said.value);
      else waiting.reject(new WebDeviceError(said.refusal));
    } else if (said.is === "status") this.onStatus(said.status);
    else {
      // The former leader may have died with these. What it has carried out, the new one finds in the log.
      for (const { call } of this.#waiting.values()) this.#channel.postMessage(call);
    }
  }

  call(method: Method, args: unknown[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new WebDeviceError(CLOSED));
    const call: Call = { to: "leader", from: this.#from, id: crypto.randomUUID(), method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { call, resolve, reject });
      this.#channel.postMessage(call);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
    for (const { reject } of this.#waiting.values()) reject(new WebDeviceError(CLOSED));
    this.#waiting.clear();
  }
}

/** Opens the device in this tab. Returns at once: calls wait until there is a leader. */
export function openWebDevice(options: WebDeviceOptions): WebDevice {
  const subscribers = new Set<(status: WebStatus) => void>();
  const tell = (status: WebStatus) => subscribers.forEach((changed) => changed(status));
  const name = nameOf(options.learnerId);
  const caller = new Caller(name, tell);
  const leading = lead(name, options);
  const own: Pick<WebDevice, "subscribe" | "close"> = {
    subscribe(changed) {
      subscribers.add(changed);
      // Where this fails, every other call does, and says why.
      caller.call("status", []).then(
        (status) => subscribers.has(changed) && changed(status as WebStatus),
        () => {},
      );
      return () => void subscribers.delete(changed);
    },
    async close() {
      subscribers.clear();
      caller.close();
      await leading.close();
    },
  };
  return new Proxy(own as WebDevice, {
    get(target, method) {
      if (method === "isLeader") return leading.isLeader;
      if (method in target) return Reflect.get(target, method);
      // An awaited object is asked for `then`.
      if (typeof method !== "string" || method === "then") return undefined;
      return (...args: unknown[]) => caller.call(method as Method, args);
    },
  });
}
