// What the Realtime contract needs of a client beside supabase-js: a channel's messages kept, and a bare socket.
import assert from "node:assert/strict";
import { REALTIME_SUBSCRIBE_STATES, type RealtimeChannel } from "@supabase/supabase-js";
import { z } from "zod";
import { until } from "../until.ts";

const messageSchema = z.object({
  event: z.string(),
  payload: z.record(z.string(), z.unknown()).catch({}),
  meta: z.object({ id: z.string(), replayed: z.boolean().optional() }).optional(),
});

/** A broadcast as the channel hands it to its listener. */
export type Message = z.infer<typeof messageSchema>;

/** Everything that one channel is told. Subscribes the channel. */
export class Inbox {
  readonly messages: Message[] = [];
  readonly #bytes: number[][] = [];
  readonly #system: string[] = [];
  readonly #states: string[] = [];
  #error = "";

  constructor(channel: RealtimeChannel) {
    channel.on("broadcast", { event: "*" }, (message) => {
      this.messages.push(messageSchema.parse(message));
      const payload: unknown = message.payload;
      if (payload instanceof ArrayBuffer) this.#bytes.push([...new Uint8Array(payload)]);
    });
    channel.on("system", {}, ({ message }) => this.#system.push(String(message)));
    channel.subscribe((state, error) => {
      this.#states.push(state);
      this.#error = error?.message ?? "";
    });
  }

  #joins(): number {
    return this.#states.filter((state) => state === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED).length;
  }

  /** Joined, and connected with the database. */
  async joined(): Promise<void> {
    await until("an answer to the join", () => this.#states.length > 0);
    assert.equal(this.#joins(), 1, this.#error);
    await until("word that messages of the database arrive", () => this.#system.length > 0);
  }

  /** Joined once more, after the connection was lost. */
  async joinedAgain(): Promise<void> {
    await until("a second join", () => this.#joins() > 1);
    await until("word that messages of the database arrive", () => this.#system.length > 1);
  }

  /** Closed by the server. */
  async closed(): Promise<void> {
    await until("the channel's end", () => this.#states.includes(REALTIME_SUBSCRIBE_STATES.CLOSED));
  }

  /** At least so many messages are there. */
  async hold(count: number): Promise<void> {
    await until(`${count} messages`, () => this.messages.length >= count);
  }

  payloads(): Record<string, unknown>[] {
    return this.messages.map(({ payload }) => payload);
  }

  /** Payloads that came as bytes. */
  bytes(): number[][] {
    return this.#bytes;
  }

  /** What the server said last about the channel. */
  lastSystem(): string {
    return this.#system.at(-1) ?? "";
  }
}

const replySchema = z.tuple([
  z.unknown(),
  z.string().nullable(),
  z.string(),
  z.string(),
  z.object({ status: z.string(), response: z.record(z.string(), z.unknown()) }),
]);

/** A reply of the server. */
export type Reply = z.infer<typeof replySchema>[4];

/** A socket without a library, in protocol 2.0.0. */
export interface RawSocket extends AsyncDisposable {
  /** Sends `[join_ref, ref, topic, event, payload]` and resolves with the reply to its ref. */
  ask(frame: [string | null, string, string, string, unknown]): Promise<Reply>;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Resolves with the code with which the server closes. */
  readonly closed: Promise<number>;
}

/** Opens a bare socket. */
export async function rawSocket(target: { url: string; publishableKey: string }): Promise<RawSocket> {
  const address = `${target.url.replace(/^http/, "ws")}/realtime/v1/websocket`;
  const socket = new WebSocket(`${address}?apikey=${target.publishableKey}&vsn=2.0.0`);
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener("close", ({ code }) => resolve(code))
  );
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    closed.then((code) => reject(new Error(`closed with ${code}`)));
  });
  const replies: unknown[] = [];
  socket.addEventListener("message", ({ data }) => replies.push(JSON.parse(data)));
  return {
    closed,
    send: (data) => socket.send(data),
    async ask(frame) {
      socket.send(JSON.stringify(frame));
      let found: Reply | undefined;
      await until(`a reply to ${frame[3]}`, () => {
        for (const reply of replies) {
          const parsed = replySchema.safeParse(reply);
          if (parsed.success && parsed.data[1] === frame[1]) found = parsed.data[4];
        }
        return found !== undefined;
      });
      assert(found);
      return found;
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
