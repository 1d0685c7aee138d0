// What the auth contract's tests are made of: clients of the target, users that are deleted after their test, and
// assertions on errors.
import assert from "node:assert/strict";
import {
  type AuthError,
  createClient,
  type Session,
  type SupabaseClient,
  type User,
} from "@supabase/supabase-js";
import { createLocalJWKSet, jwtVerify, type JWTVerifyResult } from "jose";
import type { Sql } from "postgres";

/** The Supabase to test. It must allow anonymous users and have mail confirmation switched off. */
export interface AuthTarget {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** Makes all refresh tokens older than the reuse interval; without it tests wait for hosted's 10 s. */
  ageRefreshTokens?(): Promise<unknown>;
}

/** Makes all refresh tokens a minute older, as the superuser of a local database. */
export function ageRefreshTokens(admin: Sql): Promise<unknown> {
  return admin`update auth.refresh_tokens set updated_at = updated_at - interval '1 minute'`.execute();
}

/** A password that hosted's default rules accept. */
export const PASSWORD = "correct-horse-7";

const STATELESS = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };

/** A signed-in client. */
export interface Device {
  client: SupabaseClient;
  session: Session;
}

/** A user made for one test and deleted after it, with their first device. */
export interface Learner extends Device, AsyncDisposable {
  email: string;
  user: User;
}

/** The target's clients and users; one for all tests. */
export class AuthBench {
  /** Address of the auth service. */
  readonly authUrl: string;
  /** The admin endpoints, opened with the secret key. */
  readonly admin: SupabaseClient["auth"]["admin"];

  constructor(readonly target: AuthTarget) {
    this.authUrl = `${target.url}/auth/v1`;
    this.admin = createClient(target.url, target.secretKey, STATELESS).auth.admin;
  }

  /** A client with the publishable key that nobody has signed in with yet. */
  newClient(): SupabaseClient {
    return createClient(this.target.url, this.target.publishableKey, STATELESS);
  }

  /** An address that nobody has. */
  newEmail(): string {
    return `learner-${crypto.randomUUID()}@example.com`;
  }

  /** The learner that a successful sign-up made. */
  learnerOf(
    client: SupabaseClient,
    email: string,
    { session, user }: { session: Session | null; user: User | null },
  ): Learner {
    assert(session && user, "signed in");
    const dispose = async () => void (await this.admin.deleteUser(user.id));
    return { client, email, session, user, [Symbol.asyncDispose]: dispose };
  }

  /** Signs a new learner up, with this user_metadata. */
  async newLearner(data: Record<string, string> = {}): Promise<Learner> {
    const [client, email] = [this.newClient(), this.newEmail()];
    const signedUp = await client.auth.signUp({ email, password: PASSWORD, options: { data } });
    assert.equal(signedUp.error, null);
    return this.learnerOf(client, email, signedUp.data);
  }

  /** Another session of the same learner. */
  async secondDevice({ email }: Learner): Promise<Device> {
    const client = this.newClient();
    const { data, error } = await client.auth.signInWithPassword({ email, password: PASSWORD });
    assert(data.session, String(error));
    return { client, session: data.session };
  }

  /** The access token's header and claims, verified against the published keys. */
  async claimsOf(session: Session): Promise<JWTVerifyResult> {
    const jwks = await (await fetch(`${this.authUrl}/.well-known/jwks.json`)).json();
    return await jwtVerify(session.access_token, createLocalJWKSet(jwks), { algorithms: ["ES256"] });
  }

  /** A refresh by a client that knows nothing but this refresh token. */
  refresh(token: string) {
    return this.newClient().auth.refreshSession({ refresh_token: token });
  }

  /** A request as no client library makes it. */
  send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.authUrl}${path}`, {
      method,
      body,
      headers: { apikey: this.target.publishableKey, "content-type": "application/json", ...headers },
    });
  }
}

/** Registers one test of the contract. */
export function test(behaviour: string, run: () => Promise<void>): void {
  Deno.test(`auth: ${behaviour}`, run);
}

/** The header that a session's requests carry. */
export function bearer(session: Session): Record<string, string> {
  return { authorization: `Bearer ${session.access_token}` };
}

/** Asserts what supabase-js made of an error. */
export function refused(error: AuthError | null, status: number, code: string): void {
  assert.deepEqual({ status: error?.status, code: error?.code }, { status, code }, String(error));
}

/** Asserts an error in the original shape. */
export async function refusedWith(answer: Response, status: number, code: string): Promise<void> {
  const { error_code, msg } = await answer.json();
  assert.deepEqual({ status: answer.status, code: error_code }, { status, code }, msg);
}
