// The function content over HTTP: head, snapshot, delta, validators, and cursors that can't be believed.
import assert from "node:assert/strict";
import postgres from "postgres";
import { type Answer, call, newLearner, startBench } from "./bench.ts";

interface Line {
  kind: string;
  id?: string;
  of?: string;
  version?: number;
}

function linesOf(answer: Answer): Line[] {
  assert.equal(answer.status, 200);
  const lines: string[] = answer.body.split("\n");
  assert.equal(lines.pop(), "", "the last line ends too");
  return lines.map((line) => JSON.parse(line));
}

Deno.test("content", async (t) => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  const learner = await newLearner(stack);
  const get = (path: string, headers: Record<string, string> = {}) =>
    call(stack, learner, `/content${path}`, { headers });
  const { body: head } = await get("/head");

  await t.step(
    "C4: head: the head has the counts of the release, and a caller who has it gets 304",
    async () => {
      assert.deepEqual([head.version, head.domains, head.skills, head.questions], [1, 3, 9, 60]);
      const first = await get("/head");
      const etag = first.headers.get("etag") ?? "";
      assert.match(etag, /^W\/"/);
      assert.equal((await get("/head", { "if-none-match": etag })).status, 304);
      assert.equal((await get("/head", { "if-none-match": 'W/"other"' })).status, 200);
    },
  );

  await t.step("C1: snapshot pages of any size hold the same rows once", async () => {
    const whole = linesOf(await get("/delta?since=0&until=1"));
    assert.equal(whole.length, 2 + 3 + 9 + 60);
    assert.deepEqual(whole.at(-1), { kind: "end", rows: 72, next: null });
    const pieces: Line[] = [];
    for (let after: string | null = ""; after !== null;) {
      const page = linesOf(await get(`/delta?since=0&until=1&limit=7&after=${after}`));
      const end = page.pop();
      pieces.push(...page.slice(1));
      after = end && "next" in end && typeof end.next === "string" ? end.next : null;
    }
    assert.deepEqual(pieces, whole.slice(1, -1));
  });

  await t.step(
    "C2, C3: a delta has the changes, deletes are tombstones, and version 1 does not change",
    async () => {
      const before = (await get("/delta?since=0&until=1")).body;
      await sql`update content.question set status = 'withdrawn' where id = (select id from content.question order by id limit 1)`;
      await sql`update content.domain set title = title || '!' where id = (select id from content.domain order by id limit 1)`;
      await sql`select public.publish_release('second')`;
      const { body: next } = await get("/head?expected=2");
      assert.equal(next.version, 2);
      const delta = linesOf(await get(`/delta?history=${head.history}&since=1&until=2`));
      assert.deepEqual(delta.map((line) => line.kind), ["page", "domain", "tombstone", "end"]);
      assert.equal((await get("/delta?since=0&until=1")).body, before);
      const named = await get(`/delta?history=${head.history}&since=0&until=1`);
      assert.match(named.headers.get("cache-control") ?? "", /immutable/);
      // Version 1 of the history after a restore is another one.
      assert.doesNotMatch(
        (await get("/delta?since=0&until=1")).headers.get("cache-control") ?? "",
        /immutable/,
      );
      assert.doesNotMatch((await get("/delta?since=0")).headers.get("cache-control") ?? "", /immutable/);
    },
  );

  await t.step("C1, I9: a browser's copy outlives its token, and shared caches keep no copy", async () => {
    const path = `/delta?history=${head.history}&since=0&until=1`;
    const other = await call(stack, await newLearner(stack), `/content${path}`);
    const own = await get(path);
    assert.equal(own.body, other.body);
    assert.equal(own.headers.get("etag"), other.headers.get("etag"));
    for (const kept of [path, "/head", `/manifest?history=${head.history}&version=1`]) {
      const { headers } = await get(kept);
      const names = (name: string) => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);
      assert.ok(names("vary").includes("accept-encoding"), kept);
      assert.ok(!names("vary").includes("authorization"), kept);
      assert.ok(names("cache-control").includes("private"), kept);
    }
    const refused = await call(stack, null, `/content${path}`);
    assert.deepEqual([refused.status, refused.headers.get("cache-control")], [401, "no-store"]);
  });

  await t.step("C7: a request for some domains gets only their rows", async () => {
    const [domain] = await sql`select id from content.domain order by key limit 1`;
    const lines = linesOf(await get(`/delta?since=0&until=1&domains=${domain?.id}`));
    assert.ok(lines.length < 72 && lines.length > 10);
    assert.equal(lines.filter((line) => line.kind === "domain").length, 1);
  });

  await t.step(
    "I11: cursors of another history, of a future version or of invalid form are refused",
    async () => {
      const refused = async (path: string, status: number, code: string) => {
        const answer = await get(path);
        assert.deepEqual([answer.status, answer.body.code], [status, code], path);
      };
      await refused("/delta?since=1&history=0000000000000000", 410, "history_changed");
      await refused("/delta?since=1", 410, "history_changed");
      await refused(`/delta?since=99&history=${head.history}`, 410, "cursor_ahead");
      await refused(`/delta?since=1&until=99&history=${head.history}`, 410, "cursor_ahead");
      await refused(`/delta?since=2&until=1&history=${head.history}`, 400, "cursor_invalid");
      await refused("/delta?since=0&after=rubbish", 400, "cursor_invalid");
      await refused("/delta?since=minus", 400, "malformed_request");
      await refused("/delta?since=0&domains=x", 400, "malformed_request");
      await refused("/delta?since=0&since=1", 400, "malformed_request");
      await refused("/delta?since=0&limit=99999", 400, "malformed_request");
      await refused("/delta?since=0&limit=0", 400, "malformed_request");
      await refused("/nothing", 404, "not_found");
      assert.equal((await call(stack, learner, "/content/head", { method: "POST" })).status, 405);
      assert.equal((await call(stack, null, "/content/head")).status, 401);
    },
  );

  await sql.end();
});
