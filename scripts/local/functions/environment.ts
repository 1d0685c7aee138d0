// The environment that an Edge Function sees: what hosted provides, then the project's own secrets.
import { parseEnv } from "node:util";
import type { Project } from "../config.ts";
import type { ServiceContext } from "../service.ts";

/** Values that the platform sets; secrets can't replace them. */
function platformValues(context: ServiceContext): Record<string, string> {
  const { keys, apiUrl } = context;
  return {
    SUPABASE_URL: apiUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    // On hosted the legacy keys, which are JWTs; here, where there are none, the keys that replaced them.
    SUPABASE_ANON_KEY: keys.publishableKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.secretKey,
    SUPABASE_DB_URL: context.databaseUrl("postgres"),
    SB_REGION: "local",
    DENO_REGION: "local",
  };
}

/** Secrets in a .env file; none where it does not exist. */
async function readSecrets(file: string, log: (line: string) => void): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (value === undefined) continue;
    // Hosted refuses such a secret.
    if (name.startsWith("SUPABASE_")) {
      log(`${file}: ${name} is left out; the platform sets SUPABASE_ names itself.`);
    } else secrets[name] = value;
  }
  return secrets;
}

/** Puts the environment together: `defaults`, then the secrets, the platform's values and `overrides`. */
export async function functionEnvironment(
  context: ServiceContext,
  secretsFile: string,
  defaults: Project["functionEnv"],
  overrides: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  return {
    ...defaults?.(context.databaseUrl),
    ...await readSecrets(secretsFile, context.log),
    ...platformValues(context),
    ...overrides,
  };
}
