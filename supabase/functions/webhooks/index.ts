// The function `webhooks`: the dispatcher of outgoing webhooks. Called by the database, never by a device.
import { waitUntil } from "../_shared/background.ts";
import { required } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { requireSecretKey, secretKeysOf } from "../_shared/service_key.ts";
import { dispatch } from "./dispatch.ts";
import { webhooksHandler } from "./handler.ts";
import { openOutbox } from "./outbox.ts";
import { resolveDns } from "./target.ts";

/** Receivers should answer first and work then; 10 s leave a lease of 60 s far away. */
const TIMEOUT_MS = 10_000;

const options = {
  outbox: openOutbox(required("CARREL_DB_URL")),
  resolve: resolveDns,
  allowLoopback: Deno.env.get("CARREL_WEBHOOK_ALLOW_LOOPBACK") === "1",
  timeoutMs: TIMEOUT_MS,
  random: Math.random,
  now: Date.now,
};
Deno.serve(
  serveFunction(
    "webhooks",
    requireSecretKey(secretKeysOf(required("SUPABASE_SECRET_KEYS"))),
    webhooksHandler({ dispatch: () => dispatch(options), waitUntil }),
  ),
);
