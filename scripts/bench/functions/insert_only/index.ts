// Baseline of ingest: the function sync with nothing else behind it than the least that could keep events, one insert that skips
// what it has. No checks, no projections, no results, no pull.
import { connect } from "../../../../supabase/functions/_shared/connection.ts";
import type { Synced } from "../../../../supabase/functions/_shared/database.ts";
import type { Caller } from "../../../../supabase/functions/_shared/token.ts";
import { fromEnvironment, required } from "../../../../supabase/functions/_shared/environment.ts";
import { serveFunction } from "../../../../supabase/functions/_shared/serve.ts";
import { syncHandler } from "../../../../supabase/functions/sync/handler.ts";

const { database, authenticate, prove } = fromEnvironment();
const sql = connect(required("CARREL_DB_URL"), "insert_only", 4);

async function insertOnly({ learner }: Caller, lines: string): Promise<Synced> {
  const [row] = await sql<{ answer: string }>`
    select baseline.insert_only(${learner}::uuid, ${lines}) as answer`;
  return { answer: row?.answer ?? "", changedBy: null };
}

Deno.serve(serveFunction("insert_only", authenticate, syncHandler({ ...database, sync: insertOnly }, prove)));
