// The contract suite: against a throw-away local stack, or against the Supabase that SUPABASE_URL,
// SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY and SUPABASE_DB_URL name.
import { contractSuite } from "./suite.ts";
import { openTarget } from "./target.ts";

const target = await openTarget();
// Registered first, so that it runs after the contracts have tidied up.
Deno.test.afterAll(async () => {
  await target[Symbol.asyncDispose]();
});
contractSuite(target);
