// Baseline of delivery: the same token check around a file that is read and sent as it is.
import { fromEnvironment } from "../../../../supabase/functions/_shared/environment.ts";
import { serveFunction } from "../../../../supabase/functions/_shared/serve.ts";

const { authenticate } = fromEnvironment();
const folder = Deno.env.get("STATIC_FOLDER") ?? "";

Deno.serve(serveFunction("static_file", authenticate, async ({ path }) => {
  const file = await Deno.open(`${folder}/${path.replaceAll(/[^a-z0-9.]/g, "")}`);
  return new Response(file.readable, {
    headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
  });
}));
