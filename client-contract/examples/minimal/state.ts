// What the minimal client keeps on disk: one JSON file, which is replaced as a whole. So each change takes effect entirely, or not at all.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Change, DEFAULT_STEERING, type Head, type Steering } from "../../contract/mod.ts";

/** An event in the outbox. Its line never changes. */
export interface Kept {
  id: string;
  line: string;
  state: "pending" | "delivered" | "quarantined";
  code: string | null;
  /** Milliseconds since 1970 before which it is not sent again. */
  retryAt: number;
  deliveredAt: number;
  /** The pulled rows contain what it did. */
  settled: boolean;
}

/** All of the state. */
export interface State {
  lastIdTime: number;
  session: string | null;
  outbox: Kept[];
  /** The server's clock minus the device's, and the answer that it is known from. */
  clock: { offset: number; answeredAt: string } | null;
  history: string | null;
  steering: Steering;
  head: Head | null;
  content: { history: string | null; version: number; rows: Record<string, string> };
  cursor: string | null;
  /** Pages of a pull that is not complete, and the cursor after them. */
  staged: { next: string; changes: Change[] } | null;
  rows: Record<string, Change>;
  isRevoked: boolean;
  isRefused: boolean;
}

/** Before anything happened. */
export const EMPTY: State = {
  lastIdTime: 0,
  session: null,
  outbox: [],
  clock: null,
  history: null,
  steering: DEFAULT_STEERING,
  head: null,
  content: { history: null, version: 0, rows: {} },
  cursor: null,
  staged: null,
  rows: {},
  isRevoked: false,
  isRefused: false,
};

/** Where the state is kept. */
export interface Store {
  load(): State;
  save(state: State): void;
}

/** A store in a file. */
export function fileStore(path: string): Store {
  return {
    load() {
      try {
        return JSON.parse(readFileSync(path, "utf8"));
      } catch {
        return EMPTY;
      }
    },
    save(state) {
      writeFileSync(`${path}.new`, JSON.stringify(state), { flush: true });
      renameSync(`${path}.new`, path);
    },
  };
}

/** A row's key: a pulled row replaces the row with the same key. */
export function keyOf({ kind, row }: Change): string {
  if (kind === "attempt") return `attempt/${row.event_id}`;
  if (kind === "session") return `session/${row.session_id}`;
  return kind === "practice" ? kind : `${kind}/${row.skill_id}`;
}
