// Both clients against the local stack: what the server really answers is what the contract says.
import { createClient as createSupabase } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import type { Stack } from "../../scripts/local/stack.ts";
import { throwAwayStack } from "../../scripts/start/project.ts";
import { createClient } from "../client/client.ts";
import { NetworkError, ProblemError } from "../client/client_error.ts";
import type { Event } from "./event.ts";
import { hashTree, treeRow } from "./hash_tree.ts";
import { createRpc } from "../client/rpc.ts";
import { createSupportRpc } from "../client/support.ts";
import { DEFAULT_STEERING } from "./steering.ts";
import { newToken, signToken } from "../../supabase/tests/functions/bench.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DEVICE = "7b0c1d2e-3f40-4152-8637-48596a7b8c9d";

const tokenOf = (stack: Stack, appRole?: string) =>
  appRole ? newToken(stack, crypto.randomUUID(), { role: appRole }) : newToken(stack, LEARNER);

function clientOf(stack: Stack, token: string) {
  return createClient({ url: stack.apiUrl, publishableKey: stack.publishableKey, getToken: () => token });
}

function rpcOf(stack: Stack, token: string) {
  const accessToken = () => Promise.resolve(token);
  return createRpc(createSupabase(stack.apiUrl, stack.publishableKey, { accessToken }));
}
function supportOf(stack: Stack, token: string) {
  const accessToken = () => Promise.resolve(token);
  return createSupportRpc(createSupabase(stack.apiUrl, stack.publishableKey, { accessToken }));
}

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof ProblemError, String(error));
  return `${error.status} ${error.code} ${error.info ?? ""}`.trim();
}

/** A domain with a skill and five questions: seven rows. */
async function draftContent(stack: Stack): Promise<void> {
  const sql = postgres(stack.dbUrl(), { max: 1 });
  await sql`insert into content.domain (key, title) values ('round-trip', 'Domain é')`;
  await sql`insert into content.skill (key, title, domain_id)
    select 'round-trip', 'Skill', id from content.domain where key = 'round-trip'`;
  await sql`insert into content.question (key, prompt, choices, answer, skill_id)
    select 'round-trip/' || n, 'Prompt 😀', '{a,b}', '{"choice": 1}', s.id
    from content.skill s, generate_series(1, 5) n where s.key = 'round-trip'`;
  await sql.end();
}

const header = (pull?: { cursor: string | null }) => ({
  batch_id: ulid(),
  device_id: DEVICE,
  sent_at: new Date().toISOString(),
  contract_version: 1,
  pull,
});

Deno.test("publish, fetch, verify, push and pull work through the functions and through RPC", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  const token = await tokenOf(stack);
  const client = clientOf(stack, token);
  const learner = rpcOf(stack, token);
  const instructor = rpcOf(stack, await tokenOf(stack, "instructor"));

  const before = await learner.contentHead();
  await draftContent(stack);
  assert.equal(await problem(learner.publishRelease()), "403 forbidden");
  const preview = await instructor.previewRelease();
  assert.deepEqual([preview.upserts, preview.deletes, preview.problems], [7, 0, []]);
  assert.equal(
    await problem(instructor.publishRelease({ expected_hash: "0" })),
    `409 drafts_moved ${preview.hash}`,
  );
  const { published: isPublished, warnings, ...published } = await instructor.publishRelease({
    expected_hash: preview.hash,
  });
  assert.equal(isPublished, true);
  assert.deepEqual(warnings, []);

  assert.equal(published.version, before.version + 1);
  const answer = await client.head(null, { expected: published.version });
  assert.ok(answer.changed);
  assert.deepEqual(answer.head, published);
  assert.deepEqual(await client.head(answer.etag), { changed: false });

  const since = { since: before.version, history: before.history };
  const pages = await Array.fromAsync(client.delta({ ...since, limit: 3 }));
  assert.deepEqual(pages.map(({ changes }) => changes.length), [3, 3, 1]);
  const changes = pages.flatMap((page) => page.changes);
  assert.deepEqual((await learner.contentDelta(since)).changes, changes);
  const snapshot = (await Array.fromAsync(client.delta())).flatMap((page) => page.changes);
  assert.equal(hashTree(snapshot.map(({ line }) => treeRow(line))).root, published.root);

  const question = changes.map(({ row }) => row).find((row) => row.kind === "question") ?? assert.fail();
  const event: Event = {
    id: ulid(),
    type: "attempt.recorded",
    version: 1,
    learner_id: LEARNER,
    device_id: DEVICE,
    occurred_at: new Date().toISOString(),
    utc_offset_minutes: -60,
    body: {
      session_id: ulid(),
      question_id: question.id,
      content_version: published.version,
      answer: { choice: 1 },
      correct: false,
      duration_ms: 1200,
    },
  };
  const lines = [JSON.stringify(event), "{", JSON.stringify({ ...event, id: ulid(), version: 9 })];
  const sync = await client.sync(header({ cursor: null }), lines);
  assert.deepEqual(sync.batch.results.map(({ status, code }) => code ?? status), [
    "applied",
    "invalid_json",
    "unknown_version",
  ]);
  assert.ok(sync.pull && "changes" in sync.pull);
  assert.deepEqual(sync.pull.changes.map(({ kind }) => kind), ["attempt", "skill_progress", "practice"]);
  const { steering } = sync;
  assert.deepEqual(steering, DEFAULT_STEERING, "the contract's defaults are the server's");
  const o = { atLeast: sync.batch.token, device: DEVICE };
  assert.deepEqual(await client.pull(sync.pull.cursor, o), {
    changes: [],
    cursor: sync.pull.cursor,
    more: false,
    steering,
  });
  assert.deepEqual(await client.pull("0000000000000000.1"), { reset: "history_changed", steering });

  const again = await learner.ingest(header(), [event]);
  assert.deepEqual(again.results, [{ id: event.id, status: "duplicate" }]);
  const merged = await learner.mergeProgress({
    event_id: ulid(),
    device_id: DEVICE,
    occurred_at: new Date().toISOString(),
    skill_id: question.skill_id,
    mastery: 70,
    completed: [question.id],
  });
  assert.deepEqual([merged.result.status, merged.progress?.mastery, merged.progress?.correct], [
    "applied",
    70,
    1,
  ]);
  const pulled = await learner.learnerChanges(sync.pull.cursor, { page_rows: 10 });
  assert.ok("changes" in pulled);
  assert.deepEqual(pulled.changes.flatMap(({ row }) => "mastery" in row ? [row.mastery] : []), [70]);

  // PostgREST would refuse the whole batch for one of these.
  const odd = ["\ud800", "\0", 1e200, JSON.parse("[".repeat(600) + "]".repeat(600))].map((extra): Event => ({
    ...event,
    id: ulid(),
    body: { ...event.body, answer: { choice: 1, extra } },
  }));
  const beside = { ...event, id: ulid() };
  const { results } = await learner.ingest(header(), [...odd, beside]);
  assert.deepEqual(
    results.map(({ status, code, field }) => [status, code, field].join(" ").trim()),
    [...odd.map(() => "quarantined invalid_event body"), "applied"],
  );
  const quarantined = await learner.ownQuarantine();
  for (const { id, body } of odd) {
    const kept = quarantined.find(({ event_id }) => event_id === id)?.body ?? "null";
    assert.equal(JSON.parse(kept)?.body, JSON.stringify(body), "nothing is lost");
  }

  const [device] = await learner.listDevices();
  assert.deepEqual([device?.device_id, device?.revoked_at], [DEVICE, null]);
  assert.notEqual((await learner.revokeDevice({ device: DEVICE })).revoked_at, null);
  assert.equal(await problem(client.sync(header(), [])), "403 device_revoked");
  assert.equal(await problem(learner.learnerChanges(null, { device: DEVICE })), "403 device_revoked");
  const support = rpcOf(stack, await tokenOf(stack, "support"));
  assert.equal((await support.restoreDevice({ device: DEVICE, learner: LEARNER })).revoked_at, null);
  assert.equal(await problem(support.revokeDevice({ device: ulid() })), "400 malformed_request");
  const timeline = await supportOf(stack, await tokenOf(stack, "support")).timeline({
    learner: LEARNER,
    reason: "a test",
  });
  assert.deepEqual(
    new Set(timeline.map(({ kind }) => kind)),
    new Set(["batch", "event", "quarantine", "device", "operation"]),
  );
});

Deno.test("every error of a request is a ProblemError with the status of the registry", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  const client = clientOf(stack, await tokenOf(stack));
  const first = (query: Parameters<typeof client.delta>[0]) => client.delta(query).next();
  assert.equal(await problem(first({ since: 1, history: "0000000000000000" })), "410 history_changed");
  assert.equal(await problem(first({ until: 1_000_000 })), "410 cursor_ahead");
  assert.equal(await problem(first({ after: "?" })), "400 malformed_request after");
  assert.equal(
    await problem(client.sync({ ...header(), device_id: "x" }, [])),
    "400 malformed_batch device_id",
  );
  assert.equal(await problem(client.sync(header(), Array(501).fill("{}"))), "413 batch_too_large 500");
  assert.equal(
    await problem(client.sync(header(), ["x".repeat(512 * 1024)])),
    "413 payload_too_large 524288",
  );
  assert.equal(await problem(clientOf(stack, "nonsense").head()), "401 unauthenticated");
  assert.equal(
    await problem(clientOf(stack, await signToken(stack, LEARNER, { exp: 1 })).head()),
    "401 token_expired",
  );

  const anonymous = rpcOf(stack, stack.publishableKey);
  assert.equal((await problem(anonymous.learnerChanges(null))).slice(0, 3), "401");
  const nowhere = createClient({ url: "http://127.0.0.1:1", getToken: () => "" });
  await assert.rejects(nowhere.head(), NetworkError);
});
