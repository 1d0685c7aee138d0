// One channel that one socket has joined: its rights, its token, and what it is sent.
import type { Authorizer } from "./authorization.ts";
import { type Broadcast, broadcastBody, encodeBroadcast, type Frame, type Version } from "./frame.ts";
import { channelName, type Hub, type Subscriber } from "./hub.ts";
import { type ChannelConfig, Refused } from "./join.ts";
import type { MessageFeed } from "./message_feed.ts";
import { expired, type Token } from "./token.ts";

/** What channels share. */
export interface ChannelContext {
  hub: Hub;
  authorizer: Authorizer;
  feed: MessageFeed;
}

/** What a channel needs of its socket. */
export interface ChannelSocket {
  readonly version: Version;
  send(frame: Frame): void;
  /** Sends a message of the server on this channel. */
  push(channel: Channel, event: string, payload: unknown, ref?: string | null): void;
  /** The channel ended by itself. */
  forget(channel: Channel): void;
}

/** setTimeout takes 31 bits of milliseconds; a token may last longer than 24 days. */
const TIMER_LIMIT_MS = 3_600_000;

/** A channel is made by a join, refused or opened, and ends with `close` or `shutDown`. */
export class Channel implements Subscriber {
  readonly version: Version;
  readonly name: string;
  /** Unknown until the client sends for the first time, and again after each new token. */
  #mayWrite: boolean | undefined;
  /** Frames that came before the reply to the join was sent; undefined once they were sent. */
  #held: { frame: Frame; id?: string }[] | undefined = [];
  #unsubscribe = () => {};
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    readonly topic: string,
    readonly joinRef: string | null,
    readonly config: ChannelConfig,
    private token: Token,
    private readonly socket: ChannelSocket,
    private readonly context: ChannelContext,
  ) {
    this.version = socket.version;
    this.name = channelName(topic);
  }

  /** Authorises, subscribes and replays; `reply` is called before the first frame. Throws Refused, and is closed then. */
  async open(reply: () => void): Promise<void> {
    if (!await this.#mayRead(this.token)) throw new Refused(`Unauthorized: ${this.#noRead()}`);
    // Subscribed before the replay is read, so that no message falls between the two.
    this.#unsubscribe = this.context.hub.subscribe(this.topic, this.config.private, this);
    const replayed = new Set<string>();
    const replays: Frame[] = [];
    if (this.config.replay) {
      const { since, limit } = this.config.replay;
      for (const message of await this.context.feed.replay(this.topic, since, limit)) {
        replayed.add(message.id);
        const body = broadcastBody(message.event, message.payload, { replayed: true, id: message.id });
        const frame = encodeBroadcast(this.name, { kind: "object", body }, this.version);
        if (frame !== undefined) replays.push(frame);
      }
    }
    if (this.#closed) return;
    reply();
    for (const frame of replays) this.socket.send(frame);
    for (const { frame, id } of this.#held ?? []) if (!id || !replayed.has(id)) this.socket.send(frame);
    this.#held = undefined;
    if (this.config.tellReady) this.#system("ok", "Replication connection established");
    this.#watchExpiry();
  }

  deliver(frame: Frame, id?: string): void {
    if (this.#held) this.#held.push({ frame, id });
    else this.socket.send(frame);
  }

  /** Whether a broadcast of the client went out; where it may not write, it is ignored without a word, as on hosted. */
  async broadcast(broadcast: Broadcast): Promise<boolean> {
    if (this.config.private) {
      this.#mayWrite ??= await this.context.authorizer.canWrite(this.topic, this.token);
      if (!this.#mayWrite) return false;
    }
    this.context.hub.publish(this.topic, this.config.private, broadcast, {
      except: this.config.self ? undefined : this,
    });
    return true;
  }

  /** Continues with another token; ends the channel where that one may not read. */
  async renew(token: Token): Promise<void> {
    this.token = token;
    this.#mayWrite = undefined;
    if (!await this.#mayRead(token)) return this.shutDown(this.#noRead());
    if (!this.#closed) this.#watchExpiry();
  }

  /** The token the channel runs on. */
  get tokenText(): string {
    return this.token.text;
  }

  /** Says why, and ends. */
  shutDown(message: string): void {
    if (this.#closed) return;
    this.#system("error", message);
    this.close();
  }

  /** Ends; the client is told by phx_close, as after its own leaving. */
  close(): void {
    if (!this.release()) return;
    this.socket.push(this, "phx_close", {}, this.joinRef);
    this.socket.forget(this);
  }

  /** Ends without a word, for a socket that is gone; false where it had ended before. */
  release(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    clearTimeout(this.#expiry);
    this.#unsubscribe();
    return true;
  }

  async #mayRead(token: Token): Promise<boolean> {
    return !this.config.private || await this.context.authorizer.canRead(this.topic, token);
  }

  #noRead(): string {
    return `You do not have permissions to read from this Channel topic: ${this.topic}`;
  }

  #system(status: "ok" | "error", message: string): void {
    this.socket.push(this, "system", { extension: "system", status, message, channel: this.topic });
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const left = this.token.expires * 1000 - Date.now();
    this.#expiry = setTimeout(() => {
      if (this.token.expires * 1000 > Date.now()) this.#watchExpiry();
      else this.shutDown(expired(this.token.expires).message);
    }, Math.min(Math.max(left, 0), TIMER_LIMIT_MS));
  }
}
