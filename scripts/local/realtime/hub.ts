// Who listens to which topic, and the delivery of broadcasts to them.
import { type Broadcast, encodeBroadcast, type Frame, type Version } from "./frame.ts";

/** One joined channel. */
export interface Subscriber {
  readonly version: Version;
  /** `id` names a message of the database; the same one may also reach the channel as a replay. */
  deliver(frame: Frame, id?: string): void;
}

/** The name under which clients know a topic. */
export function channelName(topic: string): string {
  return `realtime:${topic}`;
}

/** Private and public channels of one name are two worlds: what is sent to one is never heard in the other. */
export class Hub {
  readonly #listeners = new Map<string, Set<Subscriber>>();

  #key(topic: string, isPrivate: boolean): string {
    return `${isPrivate ? "private" : "public"}:${topic}`;
  }

  /** Returns the function that ends the subscription. */
  subscribe(topic: string, isPrivate: boolean, subscriber: Subscriber): () => void {
    const key = this.#key(topic, isPrivate);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(subscriber));
    return () => {
      listeners.delete(subscriber);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }

  /** Delivers to everybody who listens, except the sender where it does not want its own. */
  publish(
    topic: string,
    isPrivate: boolean,
    broadcast: Broadcast,
    o: { except?: Subscriber; id?: string } = {},
  ): void {
    const frames = new Map<Version, Frame | undefined>();
    for (const listener of this.#listeners.get(this.#key(topic, isPrivate)) ?? []) {
      if (listener === o.except) continue;
      const { version } = listener;
      if (!frames.has(version)) frames.set(version, encodeBroadcast(channelName(topic), broadcast, version));
      const frame = frames.get(version);
      if (frame !== undefined) listener.deliver(frame, o.id);
    }
  }
}
