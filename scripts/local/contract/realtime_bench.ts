// What the tests of Realtime share: policies of their own, devices, and channels that are joined or refused.
import { setTimeout as delay } from "node:timers/promises";
import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { Inbox } from "./realtime_client.ts";

/** The Supabase to test. */
export interface RealtimeTarget {
  url: string;
  publishableKey: string;
  secretKey: string;
  /** Connects as postgres, which puts policies named `contract_…` on realtime.messages and removes them again. */
  databaseUrl: string;
  /** A user of their own for each call. */
  signIn(): Promise<{ token: string; userId: string }>;
  /** A token for a user that ends in so many seconds, or ended before; where it is missing, its tests are skipped. */
  tokenLasting?(userId: string, seconds: number): Promise<string>;
}

/** Long enough for hosted to deliver what it should not. */
export const SILENCE_MS = 700;
const POLICIES = ["contract_read", "contract_write"];

/** A client with one user's token, disconnected at the end of the test. */
interface Device extends AsyncDisposable {
  client: SupabaseClient;
  /** Continues with another token. */
  use(token: string): Promise<void>;
}

/** Registers the set-up and clean-up, and gives what tests are made of. */
export function realtimeBench(target: RealtimeTarget) {
  const notices: string[] = [];
  const sql = postgres(target.databaseUrl, {
    max: 1,
    prepare: false,
    onnotice: ({ message }) => notices.push(message ?? ""),
  });

  async function removePolicies(): Promise<void> {
    for (const name of POLICIES) await sql`drop policy if exists ${sql(name)} on realtime.messages`;
  }

  // Topics are `contract:<user>:<writable|readable>:<id>`: the user may read both kinds and write to one.
  Deno.test.beforeAll(async () => {
    await removePolicies();
    await sql`
      create policy contract_read on realtime.messages for select to authenticated
      using (extension = 'broadcast' and split_part((select realtime.topic()), ':', 2) = (select auth.uid())::text)`;
    await sql`
      create policy contract_write on realtime.messages for insert to authenticated
      with check (extension = 'broadcast'
        and split_part((select realtime.topic()), ':', 2) = (select auth.uid())::text
        and split_part((select realtime.topic()), ':', 3) = 'writable')`;
  });
  Deno.test.afterAll(async () => {
    await removePolicies();
    await sql.end();
  });

  function device(token: string | null, o: { vsn?: string; key?: string } = {}): Device {
    let current = token;
    const client = createClient(target.url, o.key ?? target.publishableKey, {
      accessToken: () => Promise.resolve(current),
      realtime: { vsn: o.vsn ?? "2.0.0" },
    });
    const disconnect = async () => {
      await client.realtime.removeAllChannels();
      while (client.realtime.connectionState() !== "closed") await delay(10);
    };
    const use = async (token: string) => {
      current = token;
      await client.realtime.setAuth();
    };
    return { client, use, [Symbol.asyncDispose]: disconnect };
  }

  const topicOf = (userId: string, kind: "writable" | "readable" = "writable") =>
    `contract:${userId}:${kind}:${crypto.randomUUID()}`;
  const secret = { isPrivate: true };

  /** Joins a topic and waits until messages of the database arrive on it. */
  async function join(
    { client }: Device,
    topic: string,
    o: { isPrivate?: boolean; self?: boolean; ack?: boolean; replay?: { since: number; limit?: number } } =
      {},
  ): Promise<{ channel: RealtimeChannel; inbox: Inbox }> {
    const { isPrivate = false, self, ack, replay } = o;
    await client.realtime.setAuth();
    const channel = client.channel(topic, {
      config: { private: isPrivate, broadcast: { self, ack, replay, replication_ready: true } },
    });
    const inbox = new Inbox(channel);
    await inbox.joined();
    return { channel, inbox };
  }

  /** The reason for which a join is refused. */
  async function refusal({ client }: Device, topic: string): Promise<string> {
    await client.realtime.setAuth();
    const channel = client.channel(topic, { config: { private: true } });
    const reason = await new Promise<string>((resolve) =>
      channel.subscribe((status, error) => resolve(error?.message ?? status))
    );
    await client.removeChannel(channel);
    return reason;
  }

  const send = (topic: string, payload: postgres.JSONValue, isPrivate = true) =>
    sql`select realtime.send(${sql.json(payload)}, 'note', ${topic}, ${isPrivate})`;
  const test = (behaviour: string, run: () => Promise<void>, ignore = false) => {
    Deno.test({ name: `realtime: ${behaviour}`, fn: run, ignore });
  };

  return { notices, sql, device, topicOf, secret, join, refusal, send, test };
}
