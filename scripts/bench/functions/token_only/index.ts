// Baseline of the poll: the same wrapper and token check around an empty answer.
import { fromEnvironment } from "../../../../supabase/functions/_shared/environment.ts";
import { serveFunction } from "../../../../supabase/functions/_shared/serve.ts";

const { authenticate } = fromEnvironment();

Deno.serve(
  serveFunction("token_only", authenticate, () => Promise.resolve(new Response(null, { status: 304 }))),
);
