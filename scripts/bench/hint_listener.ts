// A listener of hints, as an app has one: supabase-js on the private channels.
import { createClient } from "@supabase/supabase-js";
import { listenForHints, type ListenOptions } from "../../client-contract/client/listen.ts";
import type { Stack } from "../local/stack.ts";

/** Who listens, and what follows the hints. */
export interface Ear extends Partial<ListenOptions["loop"]> {
  learner: string;
  token: string;
}

/** Joins both channels, and resolves when messages of the database arrive. Disposing of it leaves them. */
export async function listen(stack: Stack, { learner, token, ...loop }: Ear): Promise<AsyncDisposable> {
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
  const end = new AbortController();
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  const left = listenForHints(supabase, {
    learnerId: learner,
    signal: end.signal,
    loop: {
      onHint: (hint) => loop.onHint?.(hint),
      onLearnerHint: (hint) => loop.onLearnerHint?.(hint),
      onListening(isListening) {
        if (isListening) resolve();
        loop.onListening?.(isListening);
      },
    },
  });
  await joined;
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await left;
      await supabase.realtime.disconnect();
    },
  };
}
