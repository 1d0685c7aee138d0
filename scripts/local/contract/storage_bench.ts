// What the tests of Storage's contract share: two buckets with policies, made in SQL as a migration makes them.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import postgres, { type Sql } from "postgres";
import type { Target } from "./target.ts";

/** The private bucket: its objects belong to the user whose id is their first folder. */
export const PRIVATE = "contract_private";
/** The public bucket, small, for text and JSON alone. */
export const PUBLIC = "contract_public";
/** The largest object of the public bucket, in bytes. */
export const PUBLIC_LIMIT = 1000;

/** What Storage says when it refuses. */
export interface Refusal {
  statusCode: string;
  error: string;
  message: string;
}

/** The fixture and ways to talk to it. */
export class StorageBench {
  #sql: Sql | undefined;
  constructor(readonly target: Target) {}

  get sql(): Sql {
    assert(this.#sql);
    return this.#sql;
  }

  async open(): Promise<void> {
    this.#sql = postgres(this.target.databaseUrl, { max: 1, onnotice: () => {} });
    await this.tidy();
    await this.sql`
      insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
        (${PRIVATE}, ${PRIVATE}, false, null, null),
        (${PUBLIC}, ${PUBLIC}, true, ${PUBLIC_LIMIT}, '{text/*,application/json}')`;
    for (const verb of ["select", "insert", "update", "delete"]) {
      const owned = `bucket_id = '${PRIVATE}' and (storage.foldername(name))[1] = (select auth.uid())::text`;
      const clause = verb === "insert" ? `with check (${owned})` : `using (${owned})`;
      await this.sql.unsafe(
        `create policy contract_${verb} on storage.objects for ${verb} to authenticated ${clause}`,
      );
    }
  }

  async close(): Promise<void> {
    await this.tidy();
    await this.sql.end();
  }

  async tidy(): Promise<void> {
    for (const verb of ["select", "insert", "update", "delete"]) {
      await this.sql.unsafe(`drop policy if exists contract_${verb} on storage.objects`);
    }
    const { storage } = this.client(this.target.secretKey);
    for (const bucket of [PRIVATE, PUBLIC, "contract_made"]) {
      await storage.emptyBucket(bucket);
      await storage.deleteBucket(bucket);
    }
  }

  client(key: string, token?: string) {
    return createClient(this.target.url, key, {
      auth: { persistSession: false, autoRefreshToken: false },
      ...(token ? { accessToken: () => Promise.resolve(token) } : {}),
    });
  }

  /** A bucket as the service. */
  admin(bucket: string) {
    return this.client(this.target.secretKey).storage.from(bucket);
  }

  /** The private bucket as a new user, and that user's folder. */
  async user() {
    const { token, userId } = await this.target.signIn();
    return { userId, token, bucket: this.client(this.target.publishableKey, token).storage.from(PRIVATE) };
  }

  /** A request by hand; by default without key or token. */
  send(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.target.url}/storage/v1${path}`, init);
  }
}

/** Names a test of this contract. */
export function test(name: string, run: () => Promise<void>): void {
  Deno.test(`storage: ${name}`, run);
}

/** Asserts that a client's call was refused. */
export function refused(
  error: { message: string; status?: number; statusCode?: string } | null,
  code: string,
) {
  assert(error, "should have been refused");
  assert.equal(error.status, 400);
  assert.equal(error.statusCode, code, error.message);
}

/** Asserts that a request was refused; gives what was said. */
export async function refusal(response: Response, code: string): Promise<Refusal> {
  const body = await response.json();
  assert.equal(response.status, 400, JSON.stringify(body));
  assert.equal(body.statusCode, code, JSON.stringify(body));
  return body;
}
