// One WebSocket: reads its frames, keeps its channels, and answers as Phoenix (hosted's server) does.
import type { ProjectKeys } from "../keys.ts";
import { z } from "zod";
import { Channel, type ChannelContext, type ChannelSocket } from "./channel.ts";
import {
  type Broadcast,
  byteLength,
  type ClientMessage,
  decodeFrame,
  encodeMessage,
  type Frame,
  MalformedFrame,
  PAYLOAD_LIMIT,
  type Version,
} from "./frame.ts";
import { channelName } from "./hub.ts";
import { ownToken, readJoin, Refused } from "./join.ts";
import { openToken, type Token, TokenRefused } from "./token.ts";

/** What connections share. */
export interface ConnectionContext extends ChannelContext {
  keys: ProjectKeys;
  log(line: string): void;
}

/** A client that reads so slowly that this much waits for it is cut off; it reconnects and pulls. */
const BACKLOG_LIMIT = 16_000_000;
/** Codes that make realtime-js reconnect, which it does not after 1000. */
const CLOSE = { malformed: 4000, restarting: 4001, slow: 4008 };
const PREFIX = channelName("");

const textBroadcast = z.looseObject({ event: z.string() });
const accessToken = z.object({ access_token: z.string() });

/** The broadcast in a client's message, or undefined where it holds none. */
function broadcastOf({ pushed, payload }: ClientMessage): { broadcast: Broadcast; size: number } | undefined {
  if (pushed) return { broadcast: pushed.broadcast, size: pushed.broadcast.payload.length };
  const parsed = textBroadcast.safeParse(payload);
  if (!parsed.success) return undefined;
  const body = JSON.stringify(parsed.data);
  return { broadcast: { kind: "object", body }, size: byteLength(body) };
}

/** Serves one socket until it closes. */
export class Connection implements ChannelSocket {
  readonly #channels = new Map<string, Channel>();
  /** Messages of one topic are worked off one after another, those of others meanwhile. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;

  constructor(
    private readonly socket: WebSocket,
    readonly version: Version,
    private readonly apiToken: Token,
    private readonly context: ConnectionContext,
  ) {
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    this.closed = new Promise((resolve) =>
      socket.addEventListener("close", () => {
        for (const channel of this.#channels.values()) channel.release();
        this.#channels.clear();
        resolve();
      })
    );
  }

  /** Closes the socket; the client will try to come back. */
  close(): void {
    this.socket.close(CLOSE.restarting, "Realtime is restarting");
  }

  send(frame: Frame): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > BACKLOG_LIMIT) this.socket.close(CLOSE.slow, "Too slow");
    else this.socket.send(frame);
  }

  push(channel: Channel, event: string, payload: unknown, ref: string | null = null): void {
    this.send(
      encodeMessage({ joinRef: channel.joinRef, ref, topic: channel.name, event, payload }, this.version),
    );
  }

  forget(channel: Channel): void {
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
  }

  #reply({ joinRef, ref, topic }: ClientMessage, status: "ok" | "error", response: unknown = {}): void {
    this.send(
      encodeMessage({ joinRef, ref, topic, event: "phx_reply", payload: { status, response } }, this.version),
    );
  }

  #receive(data: unknown): void {
    if (typeof data !== "string" && !(data instanceof ArrayBuffer)) return;
    let message: ClientMessage;
    try {
      message = decodeFrame(data, this.version);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      return this.socket.close(CLOSE.malformed, error.message);
    }
    const { topic } = message;
    const turn = (this.#lanes.get(topic) ?? Promise.resolve()).then(() => this.#answer(message));
    this.#lanes.set(topic, turn);
    turn.finally(() => {
      if (this.#lanes.get(topic) === turn) this.#lanes.delete(topic);
    });
  }

  async #answer(message: ClientMessage): Promise<void> {
    try {
      await this.#handle(message);
    } catch (error) {
      if (error instanceof Refused) return this.#reply(message, "error", { reason: error.message });
      if (error instanceof TokenRefused) {
        return this.#reply(message, "error", { reason: `${error.code}: ${error.message}` });
      }
      this.context.log(`Realtime failed on ${message.event} of ${message.topic}: ${error}`);
      this.#reply(message, "error", { reason: "Unknown Error on Channel" });
    }
  }

  async #handle(message: ClientMessage): Promise<void> {
    const { topic, event } = message;
    if (topic === "phoenix" && event === "heartbeat") return this.#reply(message, "ok");
    if (event === "phx_join") return await this.#join(message);
    const channel = this.#channels.get(topic);
    if (event === "phx_leave") {
      this.#reply(message, "ok");
      if (channel?.joinRef === message.joinRef) channel.close();
      return;
    }
    if (!channel) throw new Refused("unmatched topic");
    // What was meant for an earlier join of the same topic.
    if (message.joinRef !== null && message.joinRef !== channel.joinRef) return;
    if (event === "broadcast") return await this.#broadcast(channel, message);
    if (event === "access_token") return await this.#renew(channel, message);
    if (event === "presence") throw new Refused("NotImplemented: Presence is not part of the local stack");
    throw new Refused(`NotImplemented: The event ${event} is not part of the local stack`);
  }

  async #join(message: ClientMessage): Promise<void> {
    const { topic: name, joinRef } = message;
    if (!name.startsWith(PREFIX)) throw new Refused("unmatched topic");
    if (name === PREFIX) throw new Refused("TopicNameRequired: You must provide a topic name");
    const { config, token: text } = readJoin(message.payload);
    const token = text ? await openToken(this.context.keys, text) : this.apiToken;
    this.#channels.get(name)?.close();
    const channel = new Channel(name.slice(PREFIX.length), joinRef, config, token, this, this.context);
    this.#channels.set(name, channel);
    try {
      await channel.open(() => this.#reply(message, "ok", { postgres_changes: [] }));
    } catch (error) {
      channel.release();
      this.forget(channel);
      throw error;
    }
  }

  async #broadcast(channel: Channel, message: ClientMessage): Promise<void> {
    if (message.pushed?.metadata.persist) {
      throw new Refused("NotImplemented: Storing a client's broadcast is not part of the local stack");
    }
    const found = broadcastOf(message);
    if (!found) {
      throw new Refused("NotImplemented: A broadcast without an event is not part of the local stack");
    }
    const { ack } = channel.config;
    if (found.size > PAYLOAD_LIMIT) {
      if (ack) this.#reply(message, "error", { error: "payload_size_exceeded" });
      return;
    }
    if (await channel.broadcast(found.broadcast) && ack) this.#reply(message, "ok");
  }

  /** Never answered: a token that is refused ends the channel, and the client learns why. */
  async #renew(channel: Channel, { payload }: ClientMessage): Promise<void> {
    const text = ownToken(accessToken.safeParse(payload).data?.access_token);
    if (!text || text === channel.tokenText) return;
    try {
      await channel.renew(await openToken(this.context.keys, text));
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      channel.shutDown(error.message);
    }
  }
}
