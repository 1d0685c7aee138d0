// The function content over HTTP: the manifest, the rows below a node, and reports of damaged caches.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import postgres from "postgres";
import { type Answer, call, newLearner, startBench } from "./bench.ts";

interface Node {
  id: string;
  hash: string;
  rows: number;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The row lines of a page. */
function rowsOf(answer: Answer): string[] {
  assert.equal(answer.status, 200);
  const lines: string[] = answer.body.trimEnd().split("\n");
  assert.equal(JSON.parse(lines.at(-1) ?? "").kind, "end");
  return lines.slice(1, -1);
}

/** A node's hash over lines `id:hash`. */
const hashOf = (parts: [id: string, hash: string][]) =>
  sha256(parts.map(([id, hash]) => `${id}:${hash}\n`).join(""));

const partOf = (line: string): [string, string] => [JSON.parse(line).id, sha256(line)];

Deno.test("content: repair", async (t) => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  const learner = await newLearner(stack);
  const get = (path: string, headers: Record<string, string> = {}) =>
    call(stack, learner, `/content${path}`, { headers });
  const { body: head } = await get("/head");
  const { body: manifest, headers } = await get(`/manifest?history=${head.history}&version=1`);

  await t.step("C6: the hashes of the manifest lead to the root of the head", () => {
    assert.equal(manifest.root, head.root);
    assert.equal(manifest.rows, 72);
    assert.deepEqual(manifest.bundles, []);
    assert.equal(hashOf(manifest.domains.map((d: Node) => [d.id, d.hash])), head.root);
  });

  await t.step("C6: the domains' nodes are those of the manifest, and may be kept for ever", async () => {
    const { body, headers } = await get(`/domains?history=${head.history}&version=1`);
    const { rows: _rows, bundles: _bundles, domains, ...rest } = manifest;
    const nodes = domains.map(({ id, hash, rows }: Node) => ({ id, hash, rows }));
    assert.deepEqual(body, { ...rest, domains: nodes });
    assert.match(headers.get("cache-control") ?? "", /immutable/);
  });

  await t.step("C6: every node can be fetched alone and proves its hash", async () => {
    for (const domain of manifest.domains) {
      const skills: [string, string][] = [];
      for (const skill of domain.skills) {
        const rows = rowsOf(await get(`/node?history=${head.history}&version=1&id=${skill.id}`));
        assert.equal(rows.length, skill.rows);
        assert.equal(hashOf(rows.map(partOf)), skill.hash);
        skills.push([skill.id, skill.hash]);
      }
      const [own = "", ...none] = rowsOf(
        await get(`/node?history=${head.history}&version=1&id=${domain.id}`),
      );
      assert.deepEqual(none, []);
      assert.equal(hashOf([partOf(own), ...skills]), domain.hash);
    }
  });

  await t.step("C6: node pages of any size hold the same rows", async () => {
    const skill = manifest.domains[0].skills[0];
    const path = `/node?history=${head.history}&version=1&id=${skill.id}`;
    const rows: string[] = [];
    for (let after: string | null = ""; after !== null;) {
      const answer = await get(`${path}&limit=2&after=${after}`);
      rows.push(...rowsOf(answer));
      after = JSON.parse(answer.body.trimEnd().split("\n").at(-1)).next;
    }
    assert.deepEqual(rows, rowsOf(await get(path)));
  });

  await t.step("C6: the repair of one row costs a small part of the snapshot", async () => {
    const whole = (await get("/delta?since=0&until=1")).body.length;
    const node = (await get(`/node?version=1&id=${manifest.domains[0].skills[0].id}`)).body.length;
    assert.ok(node < whole / 5, `${node} of ${whole} bytes`);
  });

  await t.step(
    "C1, C2: immutable answers may be cached, others are revalidated, and both answer 304",
    async () => {
      const node = `/node?history=${head.history}&version=1&id=${manifest.domains[0].id}`;
      const answer = await get(node);
      assert.match(answer.headers.get("cache-control") ?? "", /immutable/);
      const same = { "if-none-match": answer.headers.get("etag") ?? "" };
      assert.equal((await get(node, same)).status, 304);
      assert.doesNotMatch(headers.get("cache-control") ?? "", /immutable/);
      assert.equal(
        (await get("/manifest?version=1", { "if-none-match": headers.get("etag") ?? "" })).status,
        304,
      );
      assert.equal((await get("/manifest", { "if-none-match": 'W/"other"' })).status, 200);
    },
  );

  await t.step("C6: a manifest and its nodes stay exact while newer releases appear", async () => {
    const id = manifest.domains[0].skills[0].id;
    const before = (await get(`/node?history=${head.history}&version=1&id=${id}`)).body;
    await sql`update content.question set prompt = prompt || '!' where skill_id = ${id}`;
    await sql`select public.publish_release('second')`;
    assert.equal((await get("/head?expected=2")).body.version, 2);
    const { body: again } = await get(`/manifest?history=${head.history}&version=1`);
    assert.deepEqual(again, manifest);
    assert.equal((await get(`/node?history=${head.history}&version=1&id=${id}&limit=999`)).body, before);
    const { body: next } = await get("/manifest");
    assert.equal(next.version, 2);
    assert.notEqual(next.root, manifest.root);
  });

  await t.step("I11: invalid and unknown manifests and nodes are refused", async () => {
    const refused = async (path: string, status: number, code: string) => {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.body.code], [status, code], path);
    };
    const nobody = crypto.randomUUID();
    await refused("/manifest?version=9", 410, "cursor_ahead");
    await refused("/manifest?history=0000000000000000", 410, "history_changed");
    await refused("/manifest?version=x", 400, "malformed_request");
    await refused(`/node?version=1&id=${nobody}`, 404, "not_found");
    await refused("/node?version=1", 400, "malformed_request");
    await refused("/node?id=x", 400, "malformed_request");
    await refused(`/node?history=0000000000000000&id=${nobody}`, 410, "history_changed");
    assert.equal((await call(stack, null, "/content/manifest")).status, 401);
  });

  await t.step("C6: reports are stored up to a daily limit", async () => {
    const post = (body: BodyInit) => call(stack, learner, "/content/report", { method: "POST", body });
    const report = { kind: "mismatch", version: 2, rows: 3, nodes: [manifest.domains[0].id] };
    assert.equal((await post(JSON.stringify(report))).status, 204);
    const kept =
      await sql`select kind, version, rows, nodes from ops.content_report where user_id = ${learner.id}`;
    assert.deepEqual([...kept], [report]);

    for (
      const [body, status, code, info] of [
        ["{", 400, "malformed_request", "body"],
        ['{"kind":"\0"}', 400, "malformed_request", "body"],
        [new Uint8Array([0xff]), 400, "malformed_request", "body"],
        [JSON.stringify({ ...report, nodes: 1 }), 400, "malformed_request", "nodes"],
        [JSON.stringify({ ...report, more: "x".repeat(17_000) }), 413, "payload_too_large", "16384"],
      ] as const
    ) {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.body.code, answer.body.info], [status, code, info]);
    }
    // As many at once as a learner may.
    for (let round = 0; round < 6; round++) {
      const statuses = await Promise.all(Array.from({ length: 4 }, () => post(JSON.stringify(report))));
      assert.deepEqual(new Set(statuses.map(({ status }) => status)), new Set([204]));
    }
    const [{ count }] = await sql<[{ count: number }]>`select count(*)::int as count from ops.content_report`;
    assert.equal(count, 20);
    assert.equal((await get("/report")).status, 405);
  });

  await sql.end();
});
