// The Supabase that the contract suite runs against: the one that the environment names, or a throw-away local one.
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { ageRefreshTokens } from "./auth_bench.ts";
import { throwAwayStack } from "../stack.ts";
import { FIXTURE } from "../testing.ts";

/** A Supabase and what the tests need of it. */
export interface Target extends AsyncDisposable {
  /** For the person who runs the suite. */
  name: string;
  url: string;
  publishableKey: string;
  secretKey: string;
  /** Connects as postgres; the tests make objects named `contract_…` and remove them again. */
  databaseUrl: string;
  /** Makes all refresh tokens a minute older; only where we are the superuser. */
  ageRefreshTokens?(): Promise<unknown>;
  /** An anonymous user of their own for each call; all are deleted in the end. */
  signIn(): Promise<{ token: string; userId: string }>;
  /** A token that ends in so many seconds, or ended before; only where we hold the signing key. */
  tokenLasting?(userId: string, seconds: number): Promise<string>;
}

const VARIABLES = [
  "SUPABASE_URL",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_SECRET_KEY",
  "SUPABASE_DB_URL",
] as const;
const STATELESS = { auth: { persistSession: false, autoRefreshToken: false } };

/** Signs in through the API, as an app would, and tidies up after itself. */
function users(url: string, publishableKey: string, secretKey: string) {
  const ids: string[] = [];
  return {
    async signIn() {
      const { data, error } = await createClient(url, publishableKey, STATELESS).auth.signInAnonymously();
      if (error) throw error;
      if (!data.session) throw new Error("Anonymous sign-in gave no session.");
      ids.push(data.session.user.id);
      return { token: data.session.access_token, userId: data.session.user.id };
    },
    async deleteAll() {
      const { admin } = createClient(url, secretKey, STATELESS).auth;
      for (const id of ids) await admin.deleteUser(id);
    },
  };
}

function fromEnvironment(): Target | undefined {
  const [url, publishableKey, secretKey, databaseUrl] = VARIABLES.map((name) => Deno.env.get(name));
  if (!url && !publishableKey && !secretKey && !databaseUrl) return undefined;
  if (!url || !publishableKey || !secretKey || !databaseUrl) {
    throw new Error(`To test another Supabase, set all of ${VARIABLES.join(", ")}.`);
  }
  const { signIn, deleteAll } = users(url, publishableKey, secretKey);
  const database = new URL(databaseUrl);
  // postgres.js would connect in clear.
  if (!/^(localhost|127\.0\.0\.1)$/.test(database.hostname)) database.searchParams.set("sslmode", "require");
  return {
    name: url,
    url,
    publishableKey,
    secretKey,
    databaseUrl: database.href,
    signIn,
    [Symbol.asyncDispose]: deleteAll,
  };
}

async function throwAway(): Promise<Target> {
  const stack = await throwAwayStack({ project: FIXTURE });
  const admin = postgres(stack.dbUrl("supabase_admin"), { max: 1 });
  const { apiUrl: url, publishableKey, secretKey, keys } = stack;
  const { signIn } = users(url, publishableKey, secretKey);
  return {
    name: "a throw-away local stack",
    url,
    publishableKey,
    secretKey,
    databaseUrl: stack.dbUrl(),
    ageRefreshTokens: () => ageRefreshTokens(admin),
    signIn,
    tokenLasting(userId, seconds) {
      const exp = Math.floor(Date.now() / 1000) + seconds;
      const role = "authenticated";
      return keys.sign({ iss: keys.issuer, sub: userId, role, aud: role, iat: exp - 3600, exp });
    },
    async [Symbol.asyncDispose]() {
      await admin.end();
      await stack[Symbol.asyncDispose]();
    },
  };
}

/** Opens the target; disposing of it removes what the tests left. */
export async function openTarget(): Promise<Target> {
  return fromEnvironment() ?? await throwAway();
}
