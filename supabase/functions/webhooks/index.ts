// The function `webhooks` dispatches outgoing webhooks. The database calls it; devices do not.
import { waitUntil } from "../_shared/background.ts";
import { required } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { secretKeysOf, workerCaller } from "../_shared/service_key.ts";
import { startFunction } from "../_shared/start.ts";
import { wakeTokens } from "../_shared/wake.ts";
import { dispatch } from "./dispatch.ts";
import { webhooksHandler } from "./handler.ts";
import { openOutbox } from "./outbox.ts";
import { resolveDns } from "./target.ts";

/** The time limit of an attempt. It is well below the lease of 60 s. Receivers should answer before they work. */
const TIMEOUT_MS = 10_000;

startFunction("webhooks", () => {
  const databaseUrl = required("CARREL_DB_URL");
  const options = {
    outbox: openOutbox(databaseUrl),
    resolve: resolveDns,
    allowLoopback: Deno.env.get("CARREL_WEBHOOK_ALLOW_LOOPBACK") === "1",
    timeoutMs: TIMEOUT_MS,
    random: Math.random,
    now: Date.now,
  };
  const caller = workerCaller(
    secretKeysOf(required("SUPABASE_SECRET_KEYS")),
    wakeTokens(databaseUrl, "webhooks"),
  );
  return serveFunction("webhooks", caller, webhooksHandler({ dispatch: () => dispatch(options), waitUntil }));
});
