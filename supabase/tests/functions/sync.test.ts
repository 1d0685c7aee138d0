// The function sync over HTTP: results, poison, caps, tokens; and that a refused request writes nothing.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Stack } from "../../../scripts/local/stack.ts";
import {
  type Answer,
  call,
  event,
  gzip,
  header,
  type Learner,
  ndjson,
  newLearner,
  push,
  signToken,
  startBench,
} from "./bench.ts";

/** The error that an answer carries is the registry's, whole, and says nothing of the server's inside. */
function refused(answer: Answer, status: number, code: string, info?: string): void {
  assert.deepEqual([answer.status, answer.body.code, answer.body.info], [status, code, info]);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.equal(answer.body.status, status);
  assert.match(answer.body.type, new RegExp(`/errors/${code}$`));
  assert.equal(answer.body.request_id, answer.headers.get("x-request-id"));
  assert.ok(answer.body.title && answer.body.detail);
  assert.doesNotMatch(JSON.stringify(answer.body), /private\.|plpgsql|postgres|\.ts\b/i);
}

const statuses = (answer: Answer) => answer.body.batch.results.map((r: { status: string }) => r.status);

async function withStack(run: (stack: Stack, sql: postgres.Sql) => Promise<void>): Promise<void> {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 2, onnotice: () => {} });
  try {
    await run(stack, sql);
  } finally {
    await sql.end();
  }
}

Deno.test("sync", async (t) => {
  await withStack(async (stack, sql) => {
    const rows = async (learner: Learner) => {
      const [row] = await sql<{ events: number; kept: number; batches: number }[]>`
        select (select count(*)::int from learner.event where user_id = ${learner.id}) as events,
          (select count(*)::int from ops.quarantine where user_id = ${learner.id}) as kept,
          (select count(*)::int from learner.batch where user_id = ${learner.id}) as batches`;
      return row;
    };
    const nothing = { events: 0, kept: 0, batches: 0 };

    await t.step(
      "I4, I7: a repeated batch is applied once, and results are in the order of the request",
      async () => {
        const learner = await newLearner(stack);
        const lines = [event(learner), "not json", event(learner)];
        const first = await push(stack, learner, ndjson(header(learner), ...lines));
        assert.equal(first.status, 200);
        assert.deepEqual(statuses(first), ["applied", "quarantined", "applied"]);
        assert.equal(first.body.head.version, 1);
        assert.equal(first.body.pull, null);
        const again = await push(stack, learner, ndjson(header(learner), ...lines.reverse()));
        assert.deepEqual(statuses(again), ["duplicate", "quarantined", "duplicate"]);
        assert.deepEqual(await rows(learner), { events: 2, kept: 1, batches: 2 });
      },
    );

    await t.step(
      "I7: broken lines are quarantined with their exact text, and the others are applied",
      async () => {
        const learner = await newLearner(stack);
        const good = Array.from({ length: 494 }, () => event(learner));
        const utf8 = new TextEncoder();
        const poison = [
          utf8.encode(JSON.stringify(event(learner)).replace('"version"', '"x":"\\u0000","version"')),
          utf8.encode(JSON.stringify(event(learner)).replace('"version"', '"x":"\\ud800","version"')),
          utf8.encode(JSON.stringify(event(learner)).replace('"version"', '"x":1e200000,"version"')),
          utf8.encode(JSON.stringify({ ...event(learner), filler: "x".repeat(17 * 1024) })),
          Uint8Array.of(0x7b, 0xff, 0x00, 0x7d),
          utf8.encode('{"id":'),
        ];
        const bytes: number[] = [...utf8.encode(ndjson(header(learner), ...good))];
        for (const line of poison) bytes.push(10, ...line);
        const answer = await push(stack, learner, Uint8Array.from(bytes));
        assert.equal(answer.status, 200);
        assert.deepEqual(statuses(answer), [
          ...good.map(() => "applied"),
          ...poison.map(() => "quarantined"),
        ]);
        assert.deepEqual(await rows(learner), { events: 494, kept: 6, batches: 1 });
        const [kept] = await sql`
        select code, body from ops.quarantine where user_id = ${learner.id} and body like '!base64:%'`;
        assert.deepEqual({ ...kept }, { code: "invalid_json", body: `!base64:${btoa("\x7b\xff\x00\x7d")}` });
      },
    );

    await t.step(
      "U1: a byte order mark, a raw U+2028 and two gzip members are accepted together",
      async () => {
        const learner = await newLearner(stack);
        const lines = [event(learner), { ...event(learner), note: "a\u2028b\u2029c" }];
        const parts = await Promise.all(
          ["\ufeff" + ndjson(header(learner)), `\n${ndjson(...lines)}`].map(gzip),
        );
        const answer = await push(stack, learner, new Blob(parts), { "content-encoding": "gzip" });
        assert.deepEqual(statuses(answer), ["applied", "applied"]);
        assert.deepEqual(await rows(learner), { events: 2, kept: 0, batches: 1 });
      },
    );

    await t.step("U1: a gzipped batch gets an answer", async () => {
      const learner = await newLearner(stack);
      const text = ndjson(header(learner), ...Array.from({ length: 100 }, () => event(learner)));
      const answer = await push(stack, learner, await gzip(text), { "content-encoding": "gzip" });
      assert.deepEqual(statuses(answer), Array.from({ length: 100 }, () => "applied"));
    });

    await t.step("I9: an event of another learner stays on the device", async () => {
      const [learner, other] = [await newLearner(stack), await newLearner(stack)];
      const answer = await push(stack, learner, ndjson(header(learner), event(other), event(learner)));
      assert.deepEqual(answer.body.batch.results[0].code, "wrong_learner");
      assert.deepEqual(statuses(answer), ["retry", "applied"]);
      assert.deepEqual(await rows(learner), { events: 1, kept: 0, batches: 1 });
      assert.deepEqual(await rows(other), nothing);
    });

    await t.step(
      "U6, U7, I11: a pull works within a sync and alone, and an invalid cursor is a reset",
      async () => {
        const learner = await newLearner(stack);
        const pushed = await push(
          stack,
          learner,
          ndjson(header(learner, { pull: { cursor: null } }), event(learner)),
        );
        assert.equal(pushed.body.pull.changes.length, 1);
        assert.equal(pushed.body.pull.changes[0].kind, "session");
        const alone = await call(stack, learner, `/sync?limit=10&device=${learner.deviceId}`);
        const { steering } = pushed.body;
        assert.deepEqual(alone.body, { ...pushed.body.pull, steering });
        const { cursor } = alone.body;
        const { token } = pushed.body.batch;
        assert.deepEqual((await call(stack, learner, `/sync?cursor=${cursor}&at_least=${token}`)).body, {
          changes: [],
          cursor,
          more: false,
          steering,
        });
        const history = cursor.split(".")[0];
        for (
          const [bad, reason] of [[`${history}.99`, "cursor_ahead"], [
            "0000000000000000.1",
            "history_changed",
          ], ["x", "cursor_invalid"]]
        ) {
          assert.deepEqual((await call(stack, learner, `/sync?cursor=${bad}`)).body, {
            reset: reason,
            steering,
          });
        }
      },
    );

    await t.step("U2: an invalid request has a code and a sentence, and nothing is written", async () => {
      const learner = await newLearner(stack);
      const good = ndjson(header(learner), event(learner));
      refused(await push(stack, learner, "{]"), 400, "malformed_batch");
      refused(await push(stack, learner, ""), 400, "malformed_batch");
      refused(
        await push(stack, learner, ndjson({ ...header(learner), batch_id: 7 })),
        400,
        "malformed_batch",
        "batch_id",
      );
      refused(
        await push(stack, learner, ndjson({ ...header(learner), sent_at: "2026-02-30T00:00:00Z" })),
        400,
        "malformed_batch",
        "sent_at",
      );
      const many = Array.from({ length: 501 }, () => "{}");
      refused(await push(stack, learner, ndjson(header(learner), ...many)), 413, "batch_too_large", "500");
      refused(await push(stack, learner, "x".repeat(600 * 1024)), 413, "payload_too_large", "524288");
      const bomb = await gzip("0".repeat(200 * 1024 * 1024));
      assert.ok(bomb.byteLength < 524288, "small on the wire");
      refused(
        await push(stack, learner, bomb, { "content-encoding": "gzip" }),
        413,
        "payload_too_large",
        "524288",
      );
      refused(
        await push(stack, learner, good, { "content-encoding": "gzip" }),
        400,
        "malformed_request",
        "content-encoding",
      );
      refused(
        await push(stack, learner, good, { "content-encoding": "br" }),
        415,
        "unsupported_encoding",
        "gzip",
      );
      refused(
        await push(stack, learner, good, { "content-type": "application/json" }),
        415,
        "unsupported_media_type",
        "application/x-ndjson",
      );
      refused(
        await call(stack, learner, "/sync", { method: "DELETE" }),
        405,
        "method_not_allowed",
        "GET, POST",
      );
      const put = await call(stack, learner, "/sync", { method: "PUT" });
      assert.equal(put.headers.get("allow"), "GET, POST");
      refused(await call(stack, learner, "/sync/nowhere"), 404, "not_found");
      refused(await call(stack, learner, "/sync?limit=-1"), 400, "malformed_request", "limit");
      refused(await call(stack, learner, "/sync?limit=99999"), 400, "malformed_request", "limit");
      refused(await call(stack, learner, "/sync?at_least=1"), 400, "malformed_request", "at_least");
      refused(await call(stack, learner, "/sync?device=1"), 400, "malformed_request", "device");
      assert.deepEqual(await rows(learner), nothing);
    });

    await t.step("I9: a missing, expired or foreign token and one of another role are refused", async () => {
      const learner = await newLearner(stack);
      const send = async (token: string) =>
        await push(stack, { ...learner, token }, ndjson(header(learner), event(learner)));
      refused(await send(await signToken(stack, learner.id, { exp: 1 })), 401, "token_expired");
      refused(await send(await signToken(stack, learner.id, { role: "anon" })), 401, "unauthenticated");
      refused(await send(await signToken(stack, learner.id, { aud: "elsewhere" })), 401, "unauthenticated");
      refused(await send(await signToken(stack, "not-a-uuid")), 401, "unauthenticated");
      refused(await send(learner.token.slice(0, -6) + "AAAAAA"), 401, "unauthenticated");
      refused(await send("x"), 401, "unauthenticated");
      refused(await call(stack, null, "/sync"), 401, "unauthenticated");
      await using foreign = await startBench();
      refused(await send(await signToken(foreign, learner.id)), 401, "unauthenticated");
      assert.deepEqual(await rows(learner), nothing);
    });

    await t.step(
      "U8: a batch for a learner whose row is locked is answered with 503 and Retry-After",
      async () => {
        const learner = await newLearner(stack);
        await push(stack, learner, ndjson(header(learner)));
        await sql.begin(async (tx) => {
          await tx`select from learner.state where user_id = ${learner.id} for update`;
          const answer = await push(stack, learner, ndjson(header(learner), event(learner)));
          refused(answer, 503, "busy");
          assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
        });
        assert.deepEqual(await rows(learner), { events: 0, kept: 0, batches: 1 });
      },
    );

    await t.step("O1: the caller's request id is kept, and CORS headers admit browsers", async () => {
      const learner = await newLearner(stack);
      const answer = await call(stack, learner, "/sync", { headers: { "x-request-id": "from-the-app-1" } });
      assert.equal(answer.headers.get("x-request-id"), "from-the-app-1");
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      const preflight = await call(stack, null, "/sync", { method: "OPTIONS" });
      assert.equal(preflight.status, 204);
      assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /content-encoding/);
    });
  });
});

Deno.test("C8: a device with a retired schema can push all its events", async () => {
  await using stack = await startBench();
  const learner = await newLearner(stack);
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await sql`update content.schema set state = 'retired' where schema = 1`;
  // More than one batch holds, as after weeks without a network.
  const events = Array.from({ length: 700 }, () => event(learner));
  const statuses: string[] = [];
  for (const part of [events.slice(0, 500), events.slice(500)]) {
    const answer = await push(stack, learner, ndjson(header(learner, { content_version: 1 }), ...part));
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.body.head.schema, answer.body.head.version], [2, 1]);
    statuses.push(...answer.body.batch.results.map(({ status }: { status: string }) => status));
  }
  assert.deepEqual(statuses, events.map(() => "applied"));
  const [row] =
    await sql`select count(*)::int as sessions from learner.session where user_id = ${learner.id}`;
  assert.equal(row?.sessions, 700);
  const asked = await call(stack, learner, "/content/head");
  assert.deepEqual([asked.status, asked.body.code, asked.body.info], [426, "upgrade_required", "2"]);
  await sql.end();
});
