// Everything that an app expects of a Supabase, in one suite.
import { authContract } from "./auth.ts";
import { cronContract } from "./cron.ts";
import { gatewayContract } from "./gateway.ts";
import { netContract } from "./net.ts";
import { realtimeContract } from "./realtime.ts";
import { restContract } from "./rest.ts";
import { storageContract } from "./storage.ts";
import type { Target } from "./target.ts";
import { vaultContract } from "./vault.ts";

/** Registers all contracts with Deno.test. */
export function contractSuite(target: Target): void {
  gatewayContract(target);
  authContract(target);
  restContract(target);
  realtimeContract(target);
  storageContract(target);
  vaultContract(target);
  netContract(target);
  cronContract(target);
}
