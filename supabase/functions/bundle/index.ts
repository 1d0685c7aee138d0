// The function `bundle`: writes the files that devices prefer to pages. Called by the database, never by a device.
import { required } from "../_shared/environment.ts";
import { secretKeyAuthenticator } from "../_shared/secret_key.ts";
import { serveFunction } from "../_shared/serve.ts";
import { bundleHandler } from "./handler.ts";
import { openBundleStore } from "./store.ts";
import { openWorkList } from "./work_list.ts";

const keys: Record<string, string> = JSON.parse(required("SUPABASE_SECRET_KEYS"));
const [key] = Object.values(keys);
if (!key) throw new Error("SUPABASE_SECRET_KEYS holds no key.");

const work = openWorkList(required("CARREL_DB_URL"));
const store = openBundleStore(required("SUPABASE_URL"), key);
Deno.serve(serveFunction("bundle", secretKeyAuthenticator(keys), bundleHandler(work, store)));
