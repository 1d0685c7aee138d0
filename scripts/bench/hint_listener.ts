// A listener of releases' hints, as an app has one: supabase-js on the private channel.
import { createClient } from "@supabase/supabase-js";
import { ContentHint } from "../../client-contract/contract/hint.ts";
import type { Stack } from "../local/stack.ts";

/** The next hint; disposing of it leaves the channel. */
export interface HintListener extends AsyncDisposable {
  hint: Promise<ContentHint>;
}

/** Joins with a learner's token, and resolves when messages of the database arrive. */
export async function listenForHint(stack: Stack, token: string): Promise<HintListener> {
  const { realtime } = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
  await realtime.setAuth();
  const channel = realtime.channel("content", {
    config: { private: true, broadcast: { replication_ready: true } },
  });
  const { promise: hint, resolve } = Promise.withResolvers<ContentHint>();
  channel.on(
    "broadcast",
    { event: "release_published" },
    ({ payload }) => resolve(ContentHint.parse(payload)),
  );
  await new Promise<void>((joined, failed) => {
    channel.on("system", {}, () => joined());
    channel.subscribe((_, error) => error && failed(error));
  });
  return {
    hint,
    async [Symbol.asyncDispose]() {
      await realtime.removeAllChannels();
      await realtime.disconnect();
    },
  };
}
