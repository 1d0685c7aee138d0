// What the REST contract's tests are made of: the target, its fixture, requests, and assertions on errors.
import assert from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres, { type Sql } from "postgres";
import { until } from "../until.ts";

/** The Supabase to test. */
export interface RestTarget {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** Connects as postgres, which makes tables and functions named `contract_…` and removes them again. */
  databaseUrl: string;
  /** A user of their own for each call. */
  signIn(): Promise<{ token: string; userId: string }>;
  /** A token that ends in so many seconds, or ended before; where it is missing, its tests are skipped. */
  tokenLasting?(userId: string, seconds: number): Promise<string>;
}

/** What a request may have beside method and path. */
export interface Sending {
  /** A user's token; without one the publishable key speaks for itself. */
  token?: string;
  /** Instead of the publishable key. */
  key?: string;
  /** A string is sent as it is; bytes too. */
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

/** An answer that has been read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

const fixture = (name: string) => Deno.readTextFile(new URL(name, import.meta.url));

/** The target with its fixture; one for all tests. */
export class RestBench {
  /** As postgres, for what a test prepares or looks at behind the API's back. */
  readonly sql: Sql;

  constructor(readonly target: RestTarget) {
    this.sql = postgres(target.databaseUrl, { max: 2, prepare: false, onnotice: () => {} });
  }

  /** Makes the fixture and waits until the API sees it. */
  async open(): Promise<void> {
    await this.sql.unsafe(await fixture("rest_fixture_drop.sql"));
    await this.sql.unsafe(await fixture("rest_fixture.sql"));
    await this.sql`notify pgrst, 'reload schema'`;
    await until(
      "the fixture",
      async () => (await this.send("POST", "/rpc/contract_nothing")).status === 204,
    );
  }

  /** Removes the fixture. */
  async close(): Promise<void> {
    await this.sql.unsafe(await fixture("rest_fixture_drop.sql"));
    await this.sql`notify pgrst, 'reload schema'`;
    await this.sql.end();
  }

  /** A client with a user's token, or with a key alone. */
  client(token?: string, key = this.target.publishableKey): SupabaseClient {
    const accessToken = token === undefined ? undefined : () => Promise.resolve(token);
    return createClient(this.target.url, key, { accessToken, auth: { persistSession: false } });
  }

  /** A request as no client library makes it. */
  async send(method: string, path: string, sending: Sending = {}): Promise<Answer> {
    const { token, key = this.target.publishableKey, body } = sending;
    const headers = new Headers({ apikey: key });
    if (typeof body === "string") headers.set("content-type", "application/json");
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    for (const [name, value] of Object.entries(sending.headers ?? {})) headers.set(name, value);
    const answer = await fetch(`${this.target.url}/rest/v1${path}`, { method, headers, body });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
}

/** Registers one test of the contract. */
export function test(behaviour: string, run: () => Promise<void>): void {
  Deno.test(`rest: ${behaviour}`, run);
}

/** Asserts a successful answer, and its body where one is given: as text, or as the JSON value it holds. */
export function answered(answer: Answer, status: number, body?: unknown): void {
  assert.equal(answer.status, status, answer.text);
  if (typeof body === "string") assert.equal(answer.text, body);
  else if (body !== undefined) assert.deepEqual(JSON.parse(answer.text), body);
}

/** Asserts an error in PostgREST's shape, and returns its body. */
export function refused(answer: Answer, status: number, code: string): Record<string, string | null> {
  assert.equal(answer.status, status, answer.text);
  const body = JSON.parse(answer.text);
  assert.deepEqual(Object.keys(body).sort(), ["code", "details", "hint", "message"]);
  assert.equal(body.code, code, answer.text);
  return body;
}
