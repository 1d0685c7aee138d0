// The project that tests of the local Supabase serve.
import { fileURLToPath } from "node:url";
import type { Project } from "./config.ts";

/** One table, and functions of every form. */
export const FIXTURE: Project = {
  supabaseFolder: fileURLToPath(new URL("fixtures/supabase", import.meta.url)),
  functionEnv: (databaseUrl) => ({ APP_DB_URL: databaseUrl("app_edge") }),
};
