// Hears hints in the learner's cell, wherever the learner is moved.
import type { HintChannel, HintClient, ListenOptions } from "./listen.ts";
import { listenForHints } from "./listen.ts";

/** The learner's cell, which may change: `device.cell`, or one over the app's own store. */
export interface WatchedCell {
  /** The URL of the learner's cell now. */
  url(): string;
  /** Calls `changed` after each change of the URL. Returns a function that ends this. */
  onChange(changed: () => void): () => void;
}

/**
 * Listens as `listenForHints` does, in the learner's cell: after a move it leaves the channels of the old cell and joins those of the new one.
 * `clientAt`: a client of supabase-js for a cell's URL, whose tokens are the learner's. Resolves when the signal is aborted and the channels
 * are left.
 */
export async function listenInCell<Channel extends HintChannel>(
  clientAt: (url: string) => HintClient<Channel>,
  cell: WatchedCell,
  { signal, ...o }: ListenOptions,
): Promise<void> {
  while (!signal.aborted) {
    const moved = new AbortController();
    const end = cell.onChange(() => moved.abort());
    try {
      await listenForHints(clientAt(cell.url()), { ...o, signal: AbortSignal.any([signal, moved.signal]) });
    } finally {
      end();
    }
  }
}
