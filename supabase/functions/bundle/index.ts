// The function `bundle` writes bundles, which devices prefer to pages. The database calls it; devices do not.
import { waitUntil } from "../_shared/background.ts";
import { required } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { secretKeysOf, workerCaller } from "../_shared/service_key.ts";
import { startFunction } from "../_shared/start.ts";
import { wakeTokens } from "../_shared/wake.ts";
import { bundleHandler } from "./handler.ts";
import { openBundleStore } from "./store.ts";
import { openWorkList } from "./work_list.ts";

startFunction("bundle", () => {
  const keys = secretKeysOf(required("SUPABASE_SECRET_KEYS"));
  const [key] = keys;
  if (!key) throw new Error("SUPABASE_SECRET_KEYS holds no key.");
  const databaseUrl = required("CARREL_DB_URL");
  const caller = workerCaller(keys, wakeTokens(databaseUrl, "bundle"));
  const work = openWorkList(databaseUrl);
  const store = openBundleStore(required("SUPABASE_URL"), key);
  return serveFunction("bundle", caller, bundleHandler({ work, store, waitUntil }));
});
