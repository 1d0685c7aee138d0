// Bundles end to end: the real worker writes them into Storage, and devices take them from there; what is missing or
// damaged there comes as pages. The faults of a single download are in delivery.test.ts.
import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { throwAwayStack } from "../../scripts/start/project.ts";
import { until } from "../../scripts/local/until.ts";
import { z } from "zod";
import { newToken } from "../../supabase/tests/functions/bench.ts";
import { type Device, openDevice } from "./device.ts";
import { deviceId, openLab } from "../../scripts/testkit/device/devices.ts";
import { systemClock } from "./clock.ts";
import { listenForHints } from "../client/listen.ts";
import { openNodeSqlite } from "./node_sqlite.ts";
import { runSchedule } from "./schedule.ts";
import { publishedLines } from "../../scripts/testkit/device/server_rows.ts";

const Line = z.object({ id: z.string(), body: z.string() });

/** What a device that starts from nothing asked for. */
interface Fetched {
  /** Paths of bundles in the bucket. */
  bundles: string[];
  /** Domains that came as pages; `all` where no domain was named. A delta says since when. */
  pages: string[];
}

async function bench() {
  const cleanup = new AsyncDisposableStack();
  const stack = cleanup.use(await throwAwayStack({ migrated: true }));
  const lab = cleanup.use(openLab());
  const sql = cleanup.adopt(postgres(stack.dbUrl(), { max: 2, onnotice: () => {} }), (sql) => sql.end());
  let devices = 0;

  const bundled = async () => {
    const [row] = await sql<
      { head: { version: number; bundled: { version: number } | null } }[]
    >`select public.content_head(2::smallint) as head`;
    return row?.head.bundled?.version === row?.head.version;
  };
  return {
    stack,
    sql,
    bundled,
    /** Lets the schedule come by, and the worker work. */
    async bundle(): Promise<void> {
      await sql`select ops.continue_bundles()`;
      await until("the release's bundles", bundled);
    },
    /** Calls Storage with the project's secret key. */
    async storage(method: string, path: string, body: BodyInit, headers: HeadersInit = {}): Promise<void> {
      const response = await fetch(`${stack.apiUrl}/storage/v1/object/${path}`, {
        method,
        body,
        headers: { apikey: stack.secretKey, ...headers },
      });
      assert.ok(response.ok, await response.text());
    },
    /** A new device, which holds nothing yet; `fetched` fills as it asks. */
    async openDevice() {
      const learnerId = crypto.randomUUID();
      const token = await newToken(stack, learnerId);
      const fetched: Fetched = { bundles: [], pages: [] };
      const device = openDevice({
        storage: openNodeSqlite(join(lab.folder, `${++devices}.sqlite`)),
        learnerId,
        deviceId: deviceId(devices),
        url: stack.apiUrl,
        getToken: () => token,
        fetch: (input, init) => {
          const url = new URL(String(input));
          const bundle = /\/sign\/content\/(.+)$/.exec(url.pathname)?.[1];
          if (bundle) fetched.bundles.push(bundle);
          if (url.pathname.endsWith("/delta")) {
            const since = url.searchParams.get("since");
            const domains = url.searchParams.get("domains") ?? "all";
            fetched.pages.push(since === "0" ? domains : `${domains} since ${since}`);
          }
          return fetch(input, init);
        },
      });
      return { device, fetched, learnerId, token };
    },
    /** Throws unless the device holds exactly what is published. */
    async check(device: Device): Promise<void> {
      const lines = device.db.all(Line, "select id, body from content_row order by id");
      assert.deepEqual(new Map(lines.map(({ id, body }) => [id, body])), await publishedLines(sql));
      assert.ok((await device.verify()).ok);
    },
    /** A new device syncs and holds exactly what is published. */
    async newDevice(): Promise<Fetched> {
      const { device, fetched } = await this.openDevice();
      using _device = device;
      await device.sync();
      await this.check(device);
      return fetched;
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

Deno.test("C1: a device fetches bundles, and pages where a bundle is missing or damaged", async () => {
  await using t = await bench();
  const { sql } = t;
  assert.deepEqual(await t.newDevice(), { bundles: [], pages: ["all"] }, "nothing writes bundles yet");

  await sql`select ops.configure_signals(${`${t.stack.apiUrl}/functions/v1`})`;
  await sql`update content.question set prompt = prompt || ' (new)' where id = (select min(id::text)::uuid from content.question)`;
  await sql`select public.publish_release('second')`;
  await t.bundle();
  const files = await sql<{ path: string; domain_id: string }[]>`
    select b.path, b.domain_id from content.bundle b where b.schema = 2 and b.retired_at is null
      and b.version = (select max(x.version) from content.tree_node x where x.kind = 'domain' and x.id = b.domain_id)
    order by b.path`;
  const paths = files.map(({ path }) => path);
  const whole = await t.newDevice();
  assert.deepEqual([whole.bundles.sort(), whole.pages], [paths, []]);

  const [damaged, lost] = files;
  assert.ok(damaged && lost);
  const headers = { "content-type": "application/gzip", "x-upsert": "true" };
  await t.storage("POST", `content/${damaged.path}`, new Uint8Array([1, 2, 3]), headers);
  const second = await t.newDevice();
  assert.deepEqual([second.bundles.sort(), second.pages], [paths, [damaged.domain_id]], "only that one");

  const prefixes = JSON.stringify({ prefixes: [lost.path] });
  await t.storage("DELETE", "content", prefixes, { "content-type": "application/json" });
  const third = await t.newDevice();
  assert.deepEqual(third.pages.sort(), [damaged.domain_id, lost.domain_id].sort());
});

Deno.test("I11: a device fetches pages after a change of history until the bundles are written again", async () => {
  await using t = await bench();
  const { sql } = t;
  await sql`select ops.configure_signals(${`${t.stack.apiUrl}/functions/v1`})`;
  await t.bundle();
  const before = await t.newDevice();
  assert.equal(before.bundles.length, 3);

  await sql`select ops.rotate_history()`;
  assert.equal(await t.bundled(), false, "the head does not promise what is not there");
  assert.deepEqual(await t.newDevice(), { bundles: [], pages: ["all"] });

  await t.bundle();
  const after = await t.newDevice();
  assert.deepEqual([after.bundles.length, after.pages], [3, []]);
  assert.ok(after.bundles.every((path) => !before.bundles.includes(path)), "files of its own");
});

Deno.test("C1: a large domain comes in several files, and as pages once if one of them is missing", async () => {
  await using t = await bench();
  const { sql } = t;
  await sql`select ops.configure_signals(${`${t.stack.apiUrl}/functions/v1`})`;
  await sql`
    insert into content.question (skill_id, key, prompt, choices, answer)
    select (select min(id::text)::uuid from content.skill), 'large-' || n, repeat('é', 19500) || n, '{a,b}', '{"choice": 0}'
    from generate_series(1, 90) n`;
  await sql`select public.publish_release('large questions')`;
  await t.bundle();
  const files = await sql<{ path: string; domain_id: string }[]>`
    select path, domain_id from content.bundle where schema = 2 and retired_at is null and version = 2 order by part`;
  assert.equal(files.length, 4, "of 3.5 MB");
  const whole = await t.newDevice();
  assert.deepEqual([whole.bundles.length, whole.pages], [6, []]);

  const prefixes = JSON.stringify({ prefixes: [files[1]?.path, files[2]?.path] });
  await t.storage("DELETE", "content", prefixes, { "content-type": "application/json" });
  const second = await t.newDevice();
  const pages = new Set(second.pages);
  assert.deepEqual(
    [pages, second.pages.length],
    [new Set([files[0]?.domain_id]), 4],
    "the pages of the domain, once",
  );
  assert.equal(second.bundles.length, 4, "and no file of it after the missing one");
});

Deno.test("C1: right after a publish a new device fetches the bundles of the release before, and the delta", async () => {
  await using t = await bench();
  const { sql } = t;
  await sql`select ops.configure_signals(${`${t.stack.apiUrl}/functions/v1`})`;
  await t.bundle();
  // Nothing writes the bundles of the next release.
  await sql`delete from vault.secrets where name = 'carrel_functions_url'`;
  await sql`update content.question set prompt = prompt || ' (new)'`;
  await sql`select public.publish_release('all questions')`;
  await sql`update content.question set status = 'withdrawn' where id = (select min(id::text)::uuid from content.question)`;
  await sql`select public.publish_release('one less')`;
  const { bundles, pages } = await t.newDevice();
  assert.deepEqual([bundles.length, pages], [3, ["all since 1"]]);

  await sql`select ops.configure_signals(${`${t.stack.apiUrl}/functions/v1`})`;
  await t.bundle();
  const later = await t.newDevice();
  assert.deepEqual([later.bundles.length, later.pages], [3, []]);
});

Deno.test("S1, C1: a connected device follows every release at once by its delta, while the bundles are still being written", async () => {
  await using t = await bench();
  const { sql, stack } = t;
  await sql`select ops.configure_signals(${`${stack.apiUrl}/functions/v1`})`;
  await t.bundle();
  const { device, fetched, learnerId, token } = await t.openDevice();
  using _device = device;
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
  const end = new AbortController();
  let syncs = 0;
  let isListening = false;
  const loop = runSchedule(
    device.schedule(),
    async (o) => {
      syncs++;
      await device.sync(o);
    },
    systemClock,
    end.signal,
  );
  const left = listenForHints(supabase, {
    learnerId,
    signal: end.signal,
    loop: {
      ...loop,
      onListening(isNow) {
        isListening = isNow;
        loop.onListening(isNow);
      },
    },
  });
  await until("the first sync, and the channels", () => isListening && device.status().syncedAt !== null);
  const before = { bundles: fetched.bundles.length, syncs };

  // Two publishers; each release changes every domain, so that no bundle of it exists when its hint comes.
  const publish = async (publisher: number) => {
    for (let n = 0; n < 4; n++) {
      await sql`update content.question set prompt = prompt || ${` ${publisher}.${n}`}`;
      await sql`select public.publish_release(${`${publisher}.${n}`})`;
    }
  };
  await Promise.all([publish(1), publish(2)]);
  const [newest] = await sql<{ version: number }[]>`select max(version) as version from content.release`;
  // No poll is due for a quarter of an hour.
  await until("the newest release", () => device.status().version === newest?.version);
  await t.check(device);
  assert.equal(fetched.bundles.length, before.bundles, "a delta needs no bundle");
  assert.ok(fetched.pages.every((page) => page.startsWith("all since ")), `${fetched.pages}`);
  assert.ok(syncs - before.syncs <= 8, "one sync for a release at most");
  await until("the bundles", t.bundled);
  end.abort();
  await Promise.all([left, loop.done]);
  await supabase.realtime.disconnect();
});
