// Reads the environment of the functions.
import { openDatabase } from "./database.ts";
import { systemClock } from "./clock.ts";
import { tokenChecks } from "./token.ts";

/** A required environment variable. Throws if it is missing. */
export function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`The environment has no ${name}.`);
  return value;
}

function learnerComment(): string | undefined {
  const key = Deno.env.get("CARREL_LEARNER_COMMENT");
  if (!key) return undefined;
  if (/^[a-z_]{1,40}$/.test(key)) return key;
  throw new Error("CARREL_LEARNER_COMMENT must be a word, such as carrel_learner.");
}

/**
 * The database and the token checks of this isolate. `CARREL_DB_URL` is a secret of the project: the
 * transaction pooler's address with the role carrel_edge; `CARREL_JWT_SECRET`, also a secret, is the legacy
 * JWT secret of a project that has no signing keys. In a cell whose accounts are in another project, `CARREL_AUTH_URL` is that
 * project's URL, and only its tokens are accepted. `CARREL_LEARNER_COMMENT` is `carrel_learner` or `pgdog_sharding_key`: statements then
 * name their learner. The rest is set by the platform.
 */
export function fromEnvironment() {
  const authUrl = Deno.env.get("CARREL_AUTH_URL");
  // A project without signing keys has none. The keys of another project's Auth are fetched.
  const jwks = JSON.parse(!authUrl && Deno.env.get("SUPABASE_JWKS") || '{"keys":[]}');
  return {
    database: openDatabase(required("CARREL_DB_URL"), { learnerComment: learnerComment() }),
    // Hosted gives either the set or its bare list of keys.
    ...tokenChecks(
      Array.isArray(jwks) ? { keys: jwks } : jwks,
      authUrl || required("SUPABASE_URL"),
      Deno.env.get("CARREL_JWT_SECRET") || undefined,
      systemClock,
      Boolean(authUrl),
    ),
  };
}
