// The function `bundle` writes bundles, which devices prefer to pages. The database calls it; devices do not.
import { waitUntil } from "../_shared/background.ts";
import { required } from "../_shared/environment.ts";
import { serveFunction } from "../_shared/serve.ts";
import { requireSecretKey, secretKeysOf } from "../_shared/service_key.ts";
import { bundleHandler } from "./handler.ts";
import { openBundleStore } from "./store.ts";
import { openWorkList } from "./work_list.ts";

const keys = secretKeysOf(required("SUPABASE_SECRET_KEYS"));
const [key] = keys;
if (!key) throw new Error("SUPABASE_SECRET_KEYS holds no key.");

const work = openWorkList(required("CARREL_DB_URL"));
const store = openBundleStore(required("SUPABASE_URL"), key);
Deno.serve(serveFunction("bundle", requireSecretKey(keys), bundleHandler({ work, store, waitUntil })));
