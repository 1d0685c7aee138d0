// Baseline of ingest: the same function around the least that could keep events, one insert that skips what it
// has. No checks, no projections, no results, no pull.
import postgres from "postgres";
import { readBody } from "../../../../supabase/functions/_shared/body.ts";
import { fromEnvironment } from "../../../../supabase/functions/_shared/environment.ts";
import { replyOnce } from "../../../../supabase/functions/_shared/reply.ts";
import { serveFunction } from "../../../../supabase/functions/_shared/serve.ts";
import { batchText } from "../../../../supabase/functions/sync/lines.ts";

const { authenticate } = fromEnvironment();
const sql = postgres(Deno.env.get("CARREL_DB_URL") ?? "", { prepare: false, max: 4, fetch_types: false });

Deno.serve(serveFunction("insert_only", authenticate, async ({ request, learner }) => {
  const text = batchText(await readBody(request, 512 * 1024));
  const [row] = await sql<
    { answer: string }[]
  >`select baseline.insert_only(${learner}::uuid, ${text}) as answer`;
  return await replyOnce(request, row?.answer ?? "", "application/json");
}));
