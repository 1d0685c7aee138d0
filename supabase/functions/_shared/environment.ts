// Reads the environment of the functions.
import { openDatabase } from "./database.ts";
import { tokenChecks } from "./token.ts";

/** A required environment variable. Throws if it is missing. */
export function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`The environment has no ${name}.`);
  return value;
}

/**
 * The database and the token checks of this isolate. `CARREL_DB_URL` is a secret of the project: the
 * transaction pooler's address with the role carrel_edge; the rest is set by the platform.
 */
export function fromEnvironment() {
  const jwks = JSON.parse(required("SUPABASE_JWKS"));
  return {
    database: openDatabase(required("CARREL_DB_URL")),
    // Hosted gives either the set or its bare list of keys.
    ...tokenChecks(Array.isArray(jwks) ? { keys: jwks } : jwks, required("SUPABASE_URL")),
  };
}
