// The broadcast that a release was published, as a device hears it.
import { z } from "zod";
import type { Person } from "./cast.ts";

const Hint = z.object({ history: z.string(), version: z.number() });
const PATIENCE_MS = 60_000;

/** The next hint; the channel is left on disposal. */
export interface HintWait extends AsyncDisposable {
  message: Promise<z.infer<typeof Hint>>;
}

/** Joins the private channel and resolves once it is joined. */
export async function nextHint({ client, token }: Person): Promise<HintWait> {
  await client.realtime.setAuth(await token());
  const channel = client.channel("content", { config: { private: true } });
  const { promise: message, resolve, reject } = Promise.withResolvers<z.infer<typeof Hint>>();
  channel.on("broadcast", { event: "release_published" }, ({ payload }) => resolve(Hint.parse(payload)));
  await new Promise<void>((joined, failed) => {
    channel.subscribe((status, error) => {
      if (status === "SUBSCRIBED") joined();
      else if (status !== "CLOSED") failed(error ?? new Error(`the channel is ${status}`));
    });
  });
  const timer = setTimeout(() => reject(new Error("no hint arrived")), PATIENCE_MS);
  return {
    message,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await client.removeChannel(channel);
      await client.realtime.disconnect();
    },
  };
}
