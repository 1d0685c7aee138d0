// A stack that a test kills piece by piece: `npm start` as a process, two endpoints, and everything that may be held up
// at the moment of death.
import assert from "node:assert/strict";
import postgres from "postgres";
import { keysFile } from "../../../scripts/local/data_folder.ts";
import { openKeys } from "../../../scripts/local/keys.ts";
import { isGone, type Site, site, start, type Supervisor } from "../../../scripts/start/supervised.ts";
import { isConnectionLost } from "../../../scripts/local/postgres/transaction.ts";
import { until } from "../../../scripts/local/until.ts";
import { checkBundles } from "../properties/bundle_bench.ts";
import { startReceiver, verifies } from "../functions/webhooks/receiver.ts";
import type { Arrival, Receiver } from "../functions/webhooks/receiver.ts";

/** The functions that are killed at work. */
export type Worker = "bundle" | "webhooks";

/** A running stack, and what is done to it. */
export interface Killable extends AsyncDisposable {
  sql: postgres.Sql;
  /** Publishes a change of one domain; gives the version. */
  publish(): Promise<number>;
  /** Runs `work` while Storage can't finish an upload and receivers do not answer. */
  whileHeld(work: () => Promise<void>): Promise<void>;
  /** Resolves when a file of the version has its name and is on its way to Storage. */
  writes(version: number): Promise<void>;
  /** Resolves when every receiver has the version's message. */
  receives(version: number): Promise<void>;
  killIsolate(slug: Worker): Promise<void>;
  /** Kills one of PostgreSQL's processes: all sessions end, and it recovers as after a crash. */
  crashDatabase(): Promise<void>;
  /** Stops the stack's process from doing anything, PostgreSQL and isolates aside, until it is killed. */
  freeze(): void;
  /** Kills PostgreSQL and the stack's process. */
  killAll(): Promise<void>;
  /** Starts the stack on the same data folder, as an operator would. */
  startAgain(): Promise<void>;
  /** As if some minutes had passed: leases of the dead are over, what waits is due. */
  minutesPass(): Promise<void>;
  /** Turns of the schedule until the version is bundled and delivered; then checks all that was promised of it. */
  settles(version: number): Promise<void>;
  /** What a device gets that asks for all of version 1. */
  pages(): Promise<string>;
}

const ENDPOINTS = 2;

async function isolateOf(supervisor: number, slug: Worker): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-ww", "-o", "pid=,ppid=,args="] }).output();
  const found = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => Number(parent) === supervisor && args.at(-1) === slug);
  assert.equal(found.length, 1, `one isolate of ${slug}`);
  return Number(found[0]?.[0]);
}

/** Starts a stack with a database of its own; every function in a process of its own. */
export async function startKillable(): Promise<Killable> {
  await using cleanup = new AsyncDisposableStack();
  const s: Site = cleanup.use(await site({ hasDatabase: true }));
  const envFile = `${s.folder}.env`;
  await Deno.writeTextFile(envFile, "CARREL_WEBHOOK_ALLOW_LOOPBACK=1\n");
  const startStack = () => start(s, "--functions=child", `--env-file=${envFile}`);
  let supervisor: Supervisor = await startStack();
  cleanup.defer(async () => void await supervisor.end("SIGTERM"));

  const connect = (role: string, max = 4) => {
    const url = `postgresql://${role}:postgres@127.0.0.1:${s.dbPort}/postgres`;
    const sql = postgres(url, { max, fetch_types: false, onnotice: () => {} });
    cleanup.defer(() => sql.end({ timeout: 1 }));
    return sql;
  };
  // Of the tables of Storage, and of PostgreSQL's files, only the superuser of the local stack knows.
  const [sql, superuser, locker] = [
    connect("postgres"),
    connect("supabase_admin"),
    connect("supabase_admin", 1),
  ];

  let held: PromiseWithResolvers<void> | undefined;
  const receivers: (Receiver & { secret: string })[] = [];
  for (let n = 0; n < ENDPOINTS; n++) {
    const receiver = cleanup.use(startReceiver(async () => {
      await held?.promise;
      return new Response(null, { status: 204 });
    }));
    const [row] = await sql<{ added: { secret: string } }[]>`
      select public.add_webhook_endpoint(${receiver.url}, local => true) as added`;
    receivers.push({ ...receiver, secret: row?.added.secret ?? "" });
  }
  const arrived = ({ arrivals }: Receiver, version: number): Arrival[] =>
    arrivals.filter(({ body }) => JSON.parse(body).data.version === version);
  const files = new Map<string, Uint8Array>();

  /** The files that manifests name, as devices fetch them; a path has the same bytes for ever. */
  async function fetchBundles(version: number): Promise<void> {
    for (const schema of [1, 2]) {
      const [row] = await sql<{ named: { url: string; domain_id: string }[]; domains: number }[]>`
        select private.content_bundles(${schema}::smallint, ${version}::integer) as named,
          (select count(*)::int from private.domain_node_at(${version}) n where n.schema = ${schema}) as domains`;
      assert.ok(row && row.domains > 0);
      for (const { url } of row.named) {
        const response = await fetch(new URL(url, supervisor.summary.apiUrl));
        assert.equal(response.status, 200, url);
        const bytes = new Uint8Array(await response.arrayBuffer());
        assert.deepEqual(files.get(url) ?? bytes, bytes);
        files.set(url, bytes);
      }
      assert.equal(await checkBundles(sql, files, schema, version), row.domains, "every domain is named");
    }
  }

  /** What the schedule runs every 30 s. */
  async function turn(): Promise<void> {
    const jobs = await sql<{ command: string }[]>`
      select command from cron.job where jobname in ('carrel_bundles', 'carrel_webhooks') order by jobname`;
    assert.equal(jobs.length, 2);
    for (const { command } of jobs) await sql.unsafe(command);
  }

  async function isSettled(version: number): Promise<boolean> {
    const [row] = await sql<{ bundled: boolean; delivered: number }[]>`
      select s.bundled_at is not null as bundled, (
        select count(*)::int from ops.webhook_delivery d join ops.webhook_message m on m.id = d.message_id
        where m.version = s.version and d.state = 'delivered') as delivered
      from content.release_state s where s.version = ${version}`;
    return row?.bundled === true && row.delivered === ENDPOINTS;
  }

  const owned = cleanup.move();
  return {
    sql,
    async publish() {
      await sql`
        update content.domain set title = left(title, 100) || '!' where key = (select min(key) from content.domain)`;
      const [row] = await sql<{ head: { version: number } }[]>`select public.publish_release() as head`;
      assert.ok(row);
      return row.head.version;
    },
    async whileHeld(work) {
      held = Promise.withResolvers<void>();
      await locker.unsafe("begin");
      await locker`lock table storage.objects in share mode`;
      try {
        await work();
      } finally {
        held.resolve();
        held = undefined;
        // The lock may have died with its database.
        await locker.unsafe("rollback").catch((error) => assert.ok(isConnectionLost(error), String(error)));
      }
    },
    writes: (version) =>
      until("a file under way", async () =>
        (await sql`
          select from content.bundle
          where version = ${version} and path is not null and stored_at is null and leased_until > now()`)
          .count > 0),
    receives: (version) =>
      until("the messages", () => receivers.every((receiver) => arrived(receiver, version).length > 0)),
    async killIsolate(slug) {
      Deno.kill(await isolateOf(supervisor.summary.pid, slug), "SIGKILL");
    },
    async crashDatabase() {
      const checkpointer = async () =>
        (await sql<{ pid: number }[]>`
        select pid from pg_stat_activity where backend_type = 'checkpointer'`)[0]?.pid;
      const killed = await checkpointer();
      assert.ok(killed);
      Deno.kill(killed, "SIGKILL");
      // Every connection of before fails once.
      const successor = () => checkpointer().then((pid) => pid !== killed, () => false);
      await until("the database's return", successor);
    },
    freeze: () => Deno.kill(supervisor.summary.pid, "SIGSTOP"),
    async killAll() {
      const [row] = await superuser<{ pid: number }[]>`
        select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int as pid`;
      assert.ok(row);
      Deno.kill(row.pid, "SIGKILL");
      await supervisor.end("SIGKILL");
      await isGone(s);
    },
    async startAgain() {
      supervisor = await startStack();
      await until("the database's return", () => sql`select 1`.then(() => true, () => false));
    },
    async minutesPass() {
      await sql`update content.bundle set leased_until = '-infinity' where leased_until > clock_timestamp()`;
      await sql`
        update ops.webhook_delivery set next_attempt_at = clock_timestamp(),
          claimed_until = case when claimed_until is not null then clock_timestamp() - interval '1 hour' end
        where state = 'pending'`;
    },
    async settles(version) {
      await until(`version ${version}, bundled and delivered`, async () => {
        await turn();
        return await isSettled(version);
      }, 100);
      await fetchBundles(version);
      const ids = receivers.map((receiver) => {
        const got = arrived(receiver, version);
        assert.ok(got.every((arrival) => verifies(arrival, receiver.secret)));
        return [...new Set(got.map(({ headers }) => headers.get("webhook-id")))];
      });
      assert.equal(new Set(ids.flat()).size, 1, "each endpoint has the message, under one id");
      assert.deepEqual(ids.map(({ length }) => length), Array(ENDPOINTS).fill(1));
      const [left] = await sql`
        select (select count(*)::int from content.bundle where leased_until > clock_timestamp()) as bundles,
          (select count(*)::int from ops.webhook_delivery where claimed_until is not null or state <> 'delivered') as deliveries`;
      assert.deepEqual({ ...left }, { bundles: 0, deliveries: 0 }, "nothing is left claimed");
    },
    async pages() {
      const { apiUrl } = supervisor.summary;
      const keys = await openKeys(keysFile(s.folder), apiUrl);
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: keys.issuer,
        sub: crypto.randomUUID(),
        aud: "authenticated",
        role: "authenticated",
      };
      const token = await keys.sign({ ...claims, iat: now, exp: now + 600 });
      const url = `${apiUrl}/functions/v1/content/delta?since=0&until=1`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return text;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
