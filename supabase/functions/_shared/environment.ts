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
 * transaction pooler's address with the role carrel_edge; `CARREL_JWT_SECRET`, also a secret, is the legacy
 * JWT secret of a project that has no signing keys. The rest is set by the platform.
 */
export function fromEnvironment() {
  // A project without signing keys has none.
  const jwks = JSON.parse(Deno.env.get("SUPABASE_JWKS") || '{"keys":[]}');
  return {
    database: openDatabase(required("CARREL_DB_URL")),
    // Hosted gives either the set or its bare list of keys.
    ...tokenChecks(
      Array.isArray(jwks) ? { keys: jwks } : jwks,
      required("SUPABASE_URL"),
      Deno.env.get("CARREL_JWT_SECRET") || undefined,
    ),
  };
}
