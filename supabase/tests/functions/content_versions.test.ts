// The function content over HTTP: what the head demands of a device, schemas that end, what devices hold, and the horizon.
import assert from "node:assert/strict";
import postgres from "postgres";
import { until } from "../../../scripts/local/until.ts";
import { call, newLearner, startBench } from "./bench.ts";

/** Longer than an isolate keeps a head. */
const staleHead = () => new Promise((resolve) => setTimeout(resolve, 1100));

Deno.test("content: versions", async (t) => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  const learner = await newLearner(stack);
  const get = (path: string, headers: Record<string, string> = {}) =>
    call(stack, learner, `/content${path}`, { headers });
  const refused = async (path: string, status: number, code: string, info?: string) => {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.body.code], [status, code], path);
    if (info !== undefined) assert.equal(answer.body.info, info);
  };
  const publish = async () => {
    await sql`update content.domain set title = title || '!' where status = 'active'`;
    await sql`select public.publish_release()`;
  };
  const { body: first } = await get("/head");

  await t.step(
    "C4: a required release changes the ETag of an unchanged version",
    async () => {
      const before = await get("/head");
      assert.deepEqual([before.body.minimum_version, before.body.poll_after_s, before.body.horizon], [
        0,
        900,
        0,
      ]);
      await sql`select public.require_release(1)`;
      await sql`update ops.content_setting set poll_after_s = 120`;
      await staleHead();
      const after = await get("/head", { "if-none-match": before.headers.get("etag") ?? "" });
      assert.equal(after.status, 200);
      assert.deepEqual([after.body.minimum_version, after.body.poll_after_s, after.body.version], [
        1,
        120,
        1,
      ]);
    },
  );

  await t.step("C8: the end of a schema is announced, and after it the answer is 426", async () => {
    await sql`insert into content.schema (schema, state, ends_at) values (99, 'previous', '2030-01-01T00:00:00Z')`;
    const { body: head } = await get("/head?schema=99");
    assert.deepEqual([head.schema, Date.parse(head.schema_ends_at)], [99, Date.UTC(2030, 0)]);
    await sql`update content.schema set state = 'retired' where schema = 99`;
    await staleHead();
    const [{ lowest }] = await sql<
      [{ lowest: number }]
    >`select min(schema) as lowest from content.schema where state <> 'retired'`;
    for (const path of ["/head", "/delta", "/manifest", "/node"]) {
      await refused(`${path}?schema=99&id=${crypto.randomUUID()}`, 426, "upgrade_required", String(lowest));
    }
    await refused("/head?schema=77", 400, "malformed_request", "schema");
    await refused("/head?schema=40000", 400, "malformed_request", "schema");
    await sql`update content.schema set state = 'previous' where schema = 99`;
    await staleHead();
    assert.equal((await get("/head?schema=99")).status, 200);
    await sql`delete from content.schema where schema = 99`;
  });

  await t.step("C4: the version of a device is recorded once for each version", async () => {
    const device = crypto.randomUUID();
    const held = async () => {
      const [row] =
        await sql`select content_version, last_seen_at from learner.device where device_id = ${device}`;
      return row;
    };
    const holds = (version: number) =>
      until(`word of version ${version}`, async () => (await held())?.content_version === version);
    for (let i = 0; i < 5; i++) {
      assert.equal((await get(`/head?device=${device}&version=0`)).status, 200);
    }
    await holds(0);
    const once = await held();
    await get(`/head?device=${device}&version=0`);
    // Longer than contacts are gathered.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.deepEqual(await held(), once);
    await get(`/head?history=${first.history}&device=${device}&version=1`);
    await holds(1);
    // Nobody knows of which history this one is. The next one is of a history that a restore has ended: it holds nothing of ours.
    const [unknown, restored] = [crypto.randomUUID(), crypto.randomUUID()];
    await get(`/head?device=${unknown}&version=1`);
    await get(`/head?history=${"f".repeat(16)}&device=${restored}&version=1`);
    const others = () =>
      sql`
      select device_id, content_version from learner.device where device_id in (${unknown}, ${restored})`;
    await until("word of the last", async () => (await others()).length > 0);
    assert.deepEqual([...await others()], [{ device_id: restored, content_version: 0 }]);
    await sql`delete from learner.device where device_id = ${restored}`;
    await refused(`/head?device=${device}`, 400, "malformed_request", "version");
    await refused("/head?version=1", 400, "malformed_request", "device");
    await refused("/head?device=x&version=1", 400, "malformed_request", "device");
    const freshness = await sql`select version, state, devices::int from ops.content_freshness()`;
    assert.deepEqual([...freshness], [{ version: 1, state: "current", devices: 1 }]);
  });

  await t.step(
    "C2: a snapshot that is smaller than the delta is sent in its place, also in pages",
    async () => {
      await sql`create temporary table kept as select id from content.question order by id limit 1`;
      await sql`update content.domain set status = 'withdrawn' where id not in (
      select s.domain_id from content.skill s join content.question q on q.skill_id = s.id where q.id in (select id from kept))`;
      await sql`update content.skill set status = 'withdrawn'
      where id not in (select q.skill_id from content.question q where q.id in (select id from kept))`;
      await sql`update content.question set status = 'withdrawn' where id not in (select id from kept)`;
      await sql`select public.publish_release(force => true)`;
      assert.equal((await get("/head?expected=2")).body.version, 2);
      const lines = (await get(`/delta?history=${first.history}&since=1&until=2&limit=2`)).body.trimEnd()
        .split(
          "\n",
        );
      assert.equal(JSON.parse(lines[0]).since, 0);
      const { next } = JSON.parse(lines.at(-1));
      const more = (await get(`/delta?history=${first.history}&since=1&until=2&limit=2&after=${next}`)).body
        .trimEnd().split("\n");
      assert.equal(JSON.parse(more[0]).since, 0);
      const whole = (await get("/delta?since=0&until=2")).body.trimEnd().split("\n");
      assert.deepEqual([...lines.slice(1, -1), ...more.slice(1, -1)], whole.slice(1, -1));
    },
  );

  await t.step(
    "C3: devices below the horizon start over, and a later page is refused instead of being short",
    async () => {
      await publish();
      await publish();
      await get("/head?expected=4");
      const path = `/delta?history=${first.history}&since=2&until=3&limit=1`;
      const before = await get(path);
      assert.equal(before.status, 200);
      await sql`select ops.compact_content(0, '0 s', '0 s')`;
      await staleHead();
      assert.equal((await get("/head")).body.horizon, 4);
      assert.equal((await get(path)).body, before.body, "what this isolate has sent once is still right");
      await refused(`${path}0`, 410, "cursor_too_old", "4");
      await refused(`/delta?history=${first.history}&since=3`, 410, "cursor_too_old");
      await refused("/delta?since=0&until=3&limit=3", 410, "cursor_too_old");
      await refused("/manifest?version=3", 410, "cursor_too_old");
      assert.equal((await get("/delta?since=0")).status, 200);
      assert.equal((await get(`/delta?history=${first.history}&since=4`)).status, 200);
    },
  );

  await sql.end();
});
