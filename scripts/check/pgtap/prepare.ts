// What a database needs before pgTAP files run on it.
import pg from "pg";
import type { Cluster } from "../../local/postgres/cluster.ts";
import { projectFiles, readProjectFile } from "../project.ts";
import { renderFailures } from "../report.ts";
import { sqlFailure } from "./sql_failure.ts";

const HELPERS = "supabase/tests/helpers";

/** Settings of every connection that runs tests: the search path of the role postgres on hosted, and an end to waiting. */
const OPTIONS = "-c search_path=public,extensions -c statement_timeout=60s -c client_min_messages=warning";

/** Opens a connection that runs tests: as postgres, which is no superuser, like the migrations. */
export async function connect(cluster: Cluster): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: cluster.url("postgres"), options: OPTIONS });
  await client.connect();
  return client;
}

/**
 * Installs pgTAP and the helpers of supabase/tests/helpers. As on hosted, the extension's functions belong to the
 * superuser: default privileges that a migration sets for postgres don't reach them, so that a test may call
 * assertions while it acts as an API role.
 */
export async function prepareDatabase(cluster: Cluster): Promise<void> {
  const admin = new pg.Client(cluster.url("supabase_admin"));
  await admin.connect();
  try {
    await admin.query("create extension if not exists pgtap with schema extensions");
  } finally {
    await admin.end();
  }
  const client = await connect(cluster);
  try {
    for (const file of (await projectFiles(HELPERS)).filter((path) => path.endsWith(".sql"))) {
      const text = await readProjectFile(file);
      try {
        await client.query(text);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        throw new Error(renderFailures([sqlFailure(file, text, error, 0)]));
      }
    }
    // Once for all files, each of which brings the content that it needs.
    await client.query("select tests.empty_content()");
  } finally {
    await client.end();
  }
}
