// What the minimal client keeps.
import { type Change, DEFAULT_STEERING, type Head, type HeldContent, type Steering } from "../../mod.ts";

/** An event in the outbox. */
export interface Kept {
  id: string;
  /** Never changes. */
  line: string;
  /** The skill that the event is about. */
  skill: string | null;
  state: "pending" | "delivered" | "quarantined";
  code: string | null;
  /** Milliseconds since 1970 before which the event is not sent again. */
  retryAt: number;
  deliveredAt: number;
  /** The pulled rows contain what the event did. */
  isPulled: boolean;
}

/** All of the state. */
export interface State {
  lastId: string | null;
  session: string | null;
  outbox: Kept[];
  /** The server's clock minus the device's in milliseconds, and when the server sent the answer that says so. */
  clock: { clock_offset_ms: number; answered_at: string } | null;
  history: string | null;
  steering: Steering;
  head: Head | null;
  content: HeldContent;
  cursor: string | null;
  /** The learner's pulled rows by key. */
  rows: Record<string, Change>;
  isRevoked: boolean;
  isRefused: boolean;
}

/** Before anything happened. */
export const EMPTY: State = {
  lastId: null,
  session: null,
  outbox: [],
  clock: null,
  history: null,
  steering: DEFAULT_STEERING,
  head: null,
  content: { history: null, version: 0, rows: {} },
  cursor: null,
  rows: {},
  isRevoked: false,
  isRefused: false,
};

/** Where the state is kept. A save takes effect entirely, or not at all. */
export interface Store {
  load(): State;
  save(state: State): void;
}
