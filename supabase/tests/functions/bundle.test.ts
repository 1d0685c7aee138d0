// From a publish to a file that a device fetches without a token, driven by pg_net and Storage as on hosted.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import postgres from "postgres";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { createClient } from "../../../client-contract/client/client.ts";
import { type Answer, call, newLearner, startBench } from "./bench.ts";

interface Bundle {
  domain_id: string;
  url: string;
  bytes: number;
  sha256: string;
  rows: number;
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Waits until the newest release is bundled; gives the bundles that its manifest names. */
async function bundled(sql: postgres.Sql): Promise<Bundle[]> {
  let version: number | undefined;
  await until("the release's bundles", async () => {
    const [row] = await sql<{ version: number; bundled_at: Date | null }[]>`
      select version, bundled_at from content.release_state order by version desc limit 1`;
    version = row?.version;
    return Boolean(row?.bundled_at);
  });
  const [answer] = await sql<{ bundles: Bundle[] }[]>`
    select private.content_bundles(1::smallint, ${version ?? 0}::integer) as bundles`;
  return answer?.bundles ?? [];
}

async function configure(stack: Stack, sql: postgres.Sql): Promise<void> {
  await sql`select ops.configure_signals(${`${stack.apiUrl}/functions/v1`})`;
}

/** Calls the worker as an operator does. */
function work(stack: Stack, key = stack.secretKey): Promise<Answer> {
  return call(stack, null, "/bundle", { method: "POST", headers: { apikey: key } });
}

Deno.test("bundle", async (t) => {
  // The rounds of the schedule are called for by name.
  await using stack = await startBench({ jobs: false });
  const sql = postgres(stack.dbUrl(), { max: 2, onnotice: () => {} });

  await t.step("I9: only a secret key of the project, or the database, wakes the worker", async () => {
    const learner = await newLearner(stack);
    const asLearner = await call(stack, learner, "/bundle", { method: "POST" });
    assert.deepEqual([asLearner.status, asLearner.body.code], [401, "unauthenticated"]);
    const published = await work(stack, stack.publishableKey);
    assert.deepEqual([published.status, published.body.code], [403, "forbidden"]);
    assert.equal((await sql`select from content.bundle`).length, 0);
  });

  await configure(stack, sql);
  await t.step("C1: the scheduled run bundles releases that were published before", async () => {
    const [round] = await sql`select ops.continue_bundles() as woken`;
    assert.equal(round?.woken, true);
    assert.equal((await bundled(sql)).length, 3);
  });

  await t.step(
    "C1: a publish is bundled at once, and anybody with the signed URL gets the exact rows",
    async () => {
      await sql`update content.question set prompt = prompt || ' (new)' where id = (select min(id::text)::uuid from content.question)`;
      await sql`select public.publish_release('second')`;
      const bundles = await bundled(sql);
      assert.equal(bundles.length, 3);
      for (const bundle of bundles) {
        const response = await fetch(new URL(bundle.url, stack.apiUrl));
        assert.equal(response.status, 200);
        // A signed URL says when it ends, in place of the object's own cache-control.
        const days = (Date.parse(response.headers.get("expires") ?? "") - Date.now()) / 86_400_000;
        assert.ok(days > 29 && days < 31, `kept for ${days} days`);
        assert.equal(response.headers.get("content-encoding"), null, "the client inflates it");
        const file = new Uint8Array(await response.arrayBuffer());
        assert.equal(file.byteLength, bundle.bytes);
        assert.equal(createHash("sha256").update(file).digest("hex"), bundle.sha256);
        const lines = gunzipSync(file).toString().trimEnd().split("\n");
        const expected = await sql<{ body: string }[]>`
        select c.body from private.content_change(1::smallint, 0, 2, array[${bundle.domain_id}]::uuid[],
          0, 'a', '00000000-0000-0000-0000-000000000000', 10000) c order by c.version, c.kind, c.id`;
        assert.deepEqual(lines.slice(1, -1), expected.map(({ body }) => body));
        assert.equal(lines.length - 2, bundle.rows);
      }
    },
  );

  await t.step("I9: a bundle cannot be fetched without the token of its URL", async () => {
    const [first] = await bundled(sql);
    assert.ok(first);
    const [bare = ""] = `${stack.apiUrl}${first.url}`.split("?");
    const direct = bare.replace("/object/sign/", "/object/");
    const learner = await newLearner(stack);
    for (const url of [bare, direct, direct.replace("/object/", "/object/public/")]) {
      const response = await fetch(url, { headers: { authorization: `Bearer ${learner.token}` } });
      await response.body?.cancel();
      assert.ok(response.status >= 400, url);
    }
  });

  await t.step("C1: bundles of old releases are removed, and those of the newest stay", async () => {
    const objects = async () => (await sql`select from storage.objects where bucket_id = 'content'`).length;
    // Each contract schema has files of its own.
    const [published] = await sql`select count(distinct schema)::int as schemas from content.tree_node`;
    assert.equal(await objects(), 4 * published?.schemas);
    const [object] = await sql`select metadata ->> 'cacheControl' as cache from storage.objects limit 1`;
    assert.equal(object?.cache, "public, max-age=31536000, immutable");
    await sql`select ops.remove_old_bundles(1)`;
    await sql`update content.bundle set retired_at = retired_at - interval '25 hours'`;
    assert.equal((await work(stack)).body.removed, published?.schemas);
    assert.equal(await objects(), 3 * published?.schemas);
    for (const { url } of await bundled(sql)) {
      const response = await fetch(new URL(url, stack.apiUrl));
      await response.body?.cancel();
      assert.equal(response.status, 200);
    }
  });

  await t.step("C1: a lost object is written again", async () => {
    const [{ path } = { path: "" }] = await sql<{ path: string }[]>`select path from content.bundle limit 1`;
    await fetch(`${stack.apiUrl}/storage/v1/object/content`, {
      method: "DELETE",
      headers: { apikey: stack.secretKey, "content-type": "application/json" },
      body: JSON.stringify({ prefixes: [path] }),
    }).then((response) => response.body?.cancel());
    await sql`update content.bundle set url_expires_at = now() + interval '1 day'`;
    assert.equal((await work(stack)).status, 200);
    // The lease of what could not be signed.
    await sql`update content.bundle set leased_until = '-infinity'`;
    assert.equal((await work(stack)).body.written, 1);
    assert.equal((await bundled(sql)).length, 3);
  });

  await t.step(
    "C1, C4: all devices get one URL of a file, and a file that nothing names is removed",
    async () => {
      const [shown, unused] = [new TextEncoder().encode("shown"), new TextEncoder().encode("unused")];
      for (const bytes of [shown, unused]) {
        const response = await fetch(`${stack.apiUrl}/storage/v1/object/media/${hashOf(bytes)}`, {
          method: "POST",
          headers: { apikey: stack.secretKey, "content-type": "image/png" },
          body: bytes,
        });
        assert.ok(response.ok, await response.text());
      }
      const media = [{ path: "a.png", bytes: shown.length, sha256: hashOf(shown), mime: "image/png" }];
      await sql`update content.question set media = ${JSON.stringify(media)}::text::jsonb
      where id = (select min(id::text)::uuid from content.question where status = 'active')`;
      await sql`select public.publish_release('with media')`;
      await sql`select ops.mark_unused_media()`;
      await sql`update content.unused_media set since = since - interval '31 days', remove_at = now() - interval '1 day'`;
      await until("the worker has signed and removed", async () => {
        await work(stack);
        const [row] = await sql<{ signed: number; marked: number }[]>`
        select (select count(signed_url)::int from content.published_media) as signed, (select count(*)::int from content.unused_media) as marked`;
        return row?.signed === 1 && row.marked === 0;
      });
      const urlFor = async () => {
        const { token } = await newLearner(stack);
        const client = createClient({
          url: stack.apiUrl,
          publishableKey: stack.publishableKey,
          getToken: () => token,
        });
        return (await client.mediaUrls([...media, { sha256: hashOf(unused) }])).get(hashOf(shown)) ?? "";
      };
      const [one, other] = [await urlFor(), await urlFor()];
      assert.equal(one, other);
      assert.equal(await (await fetch(one)).text(), "shown");
      const left = await sql<{ name: string }[]>`select name from storage.objects where bucket_id = 'media'`;
      assert.deepEqual(left.map(({ name }) => name), [hashOf(shown)]);
    },
  );
  await sql.end();
});

Deno.test("C1, C5: without Storage the worker fails, a publish succeeds, and devices get pages", async () => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await sql`select ops.configure_signals('http://127.0.0.1:1/functions/v1')`;
  await sql`update content.domain set title = title || '!' where key = (select min(key) from content.domain)`;
  await sql`select public.publish_release('unbundled')`;
  const learner = await newLearner(stack);
  const { body } = await call(stack, learner, "/content/delta?since=0&until=2");
  assert.match(body, /"kind":"end","rows":72/);
  await sql.end();
});
