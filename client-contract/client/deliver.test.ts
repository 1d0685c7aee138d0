// What becomes of events that an app delivers from its own outbox, whatever the network and the server do.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Fate, lineOf, lines, scriptedSync } from "../../scripts/testkit/client/scripted_sync.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { DEFAULT_STEERING } from "../contract/steering.ts";
import { createClient } from "./client.ts";
import { ContractError, NetworkError, ProblemError } from "./client_error.ts";
import { deliver, type DeliveryProgress } from "./deliver.ts";

const fate: fc.Arbitrary<Fate> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      ...["ok", "lost", "reply_lost", "cut", "not_ours", "expired", "too_large"] as const,
    ),
  }),
  fc.record({
    kind: fc.constant("refused" as const),
    code: fc.constantFrom(...["rate_limited", "busy", "internal"] as const),
  }),
  fc.record({
    kind: fc.constant("refused" as const),
    code: fc.constantFrom(...["rate_limited", "busy", "forbidden"] as const),
    after: fc.constantFrom(0, 7, 3600),
  }),
  fc.record({ kind: fc.constant("later" as const), after: fc.constantFrom(1, 3600) }),
);

Deno.test("U1, U2: whatever happens, each event ends with one result, and none counts as delivered that the server lacks", async () => {
  const property = fc.asyncProperty(
    fc.array(fate, { maxLength: 12 }),
    fc.array(fc.boolean(), { maxLength: 20 }),
    fc.integer({ min: 1, max: 7 }),
    fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    async (fates, bad, batchEvents, abortAt) => {
      const steering = { batch_events: batchEvents };
      const t = scriptedSync([...fates], steering);
      const end = new AbortController();
      const told = new Map<string, string>();
      const events = bad.map((isBad, place) => lineOf(place, isBad));
      let last: DeliveryProgress | undefined;
      const { results, stopped, answer } = await deliver(t.client, events, {
        ...t.options,
        signal: end.signal,
        steering: { ...DEFAULT_STEERING, ...steering },
        onAnswered: (answered) => answered.forEach(({ line, result }) => told.set(line, result.status)),
        onProgress(progress) {
          last = progress;
          if (abortAt !== undefined && progress.requests >= abortAt) end.abort(new RangeError("enough"));
        },
      });
      assert.equal(results.length, events.length);
      results.forEach((result, place) => {
        const line = events[place] ?? "";
        if (result.status === "unanswered") {
          assert.equal(told.has(line), false, "what was answered has its answer");
          assert.equal(result.error, stopped);
          return;
        }
        assert.equal(result.status, told.get(line), "the last answer counts");
        assert.equal(result.id, JSON.parse(line).id, "the result is the event's own");
        // After a retry nobody knows: the reply to a repetition may have been lost.
        if (result.status === "retry") return;
        assert.ok(t.held.has(result.id ?? ""));
        assert.equal(result.status === "quarantined", bad[place]);
      });
      const isWhole = results.every(({ status }) => status !== "unanswered");
      if (stopped === undefined) assert.ok(isWhole);
      else assert.ok(stopped instanceof Error);
      assert.equal(answer === null, told.size === 0);
      for (const { lines } of t.batches) assert.ok(lines.length <= batchEvents);
      assert.equal(last?.requests ?? 0, t.batches.length);
      // What stays without a result can be delivered again.
      const rest = events.filter((_, place) => results[place]?.status === "unanswered");
      t.batches.length = 0;
      const again = await deliver(scriptedSync().client, rest, t.options);
      assert.ok(again.results.every(({ status }) => status === "applied" || status === "quarantined"));
    },
  );
  await fc.assert(property, settings(300));
});

Deno.test("U1: a request is repeated as it was, under the same batch id, and stamped with its own time", async () => {
  const t = scriptedSync([{ kind: "reply_lost" }, { kind: "cut" }, {
    kind: "refused",
    code: "busy",
    after: 7,
  }]);
  const { results, stopped } = await deliver(t.client, lines(3), t.options);
  assert.deepEqual(results.map(({ status }) => status), ["duplicate", "duplicate", "duplicate"]);
  assert.equal(stopped, undefined);
  assert.deepEqual(t.batches.map(({ lines }) => lines.length), [3, 3, 3, 3]);
  assert.equal(new Set(t.batches.map(({ id }) => id)).size, 1);
  assert.equal(new Set(t.batches.map(({ sentAt }) => sentAt)).size, 4);
  // Half of 1 s, of 2 s, and of 4 s after what the server asked for.
  assert.deepEqual(t.clock.slept, [500, 1000, 9000]);
});

Deno.test("U8: the answer's steering holds for the next batches, and the app's own for the first", async () => {
  const t = scriptedSync([{ kind: "ok" }, { kind: "lost" }], {
    batch_events: 2,
    retry_base_ms: 100,
    retry_cap_ms: 1000,
  });
  const steering = { ...DEFAULT_STEERING, batch_events: 3 };
  await deliver(t.client, lines(8), { ...t.options, steering });
  assert.deepEqual(t.batches.map(({ lines }) => lines.length), [3, 2, 2, 2, 1]);
  assert.deepEqual(t.clock.slept, [50]);
});

Deno.test("U10: an expired token is refreshed once for a request; one that stays expired ends the delivery", async () => {
  const once = scriptedSync([{ kind: "expired" }]);
  const { stopped } = await deliver(once.client, lines(1), once.options);
  assert.equal(stopped, undefined);
  assert.deepEqual(once.batches.map(({ token }) => token), ["Bearer token 0", "Bearer token 1"]);
  assert.deepEqual(once.clock.slept, []);
  const stays = scriptedSync([{ kind: "expired" }, { kind: "expired" }]);
  const end = await deliver(stays.client, lines(1), stays.options);
  assert.ok(end.stopped instanceof ProblemError && end.stopped.code === "token_expired");
  assert.equal(end.results[0]?.status, "unanswered");
});

Deno.test("U10: a token that can't be refreshed without a network is asked for again; a missing one ends the delivery", async () => {
  const t = scriptedSync();
  let asked = 0;
  const of = (getToken: () => string | null) =>
    createClient({
      url: "http://carrel.test",
      getToken,
      fetch: () => Promise.reject(new TypeError("offline")),
    });
  const offline = of(() => {
    asked++;
    throw new Error("the refresh failed");
  });
  const { stopped } = await deliver(offline, lines(1), { ...t.options, attempts: 3 });
  assert.ok(stopped instanceof NetworkError);
  assert.equal(asked, 3);
  const nobody = await deliver(of(() => null), lines(1), t.options);
  assert.ok(nobody.stopped instanceof ProblemError && nobody.stopped.code === "unauthenticated");
  assert.equal(t.batches.length, 0);
});

Deno.test("U2: an event that the server refuses for now is sent again within the app's patience, and else keeps its result", async () => {
  const soon = scriptedSync([{ kind: "later", after: 3 }]);
  const { results } = await deliver(soon.client, lines(3), soon.options);
  assert.deepEqual(results.map(({ status }) => status), ["applied", "applied", "applied"]);
  assert.deepEqual(soon.batches.map(({ lines }) => lines.length), [3, 2]);
  assert.deepEqual(soon.clock.slept, [3500]);
  const tomorrow = scriptedSync([{ kind: "later", after: 3600 }]);
  const kept = await deliver(tomorrow.client, lines(3), tomorrow.options);
  assert.deepEqual(kept.results.map(({ status }) => status), ["retry", "applied", "retry"]);
  assert.equal(kept.stopped, undefined);
  assert.equal(tomorrow.batches.length, 1);
  const never = scriptedSync(Array.from({ length: 9 }, () => ({ kind: "later", after: 1 })));
  await deliver(never.client, lines(3), { ...never.options, attempts: 4 });
  assert.equal(never.batches.length, 4, "an event is repeated a limited number of times");
});

Deno.test("U8: batches obey the limit of bytes, and are halved where the server takes less", async () => {
  const t = scriptedSync();
  const long = Array.from({ length: 50 }, (_, place) => lineOf(place, false, "x".repeat(16_000)));
  await deliver(t.client, long, t.options);
  assert.ok(t.batches.length === 2 && t.batches.every(({ lines }) => lines.join("\n").length < 512 * 1024));
  const small = scriptedSync([{ kind: "too_large" }, { kind: "too_large" }]);
  await deliver(small.client, lines(8), small.options);
  assert.deepEqual(small.batches.map(({ lines }) => lines.length), [8, 4, 2, 2, 2, 2]);
  const none = scriptedSync([{ kind: "too_large" }]);
  assert.ok((await deliver(none.client, lines(1), none.options)).stopped instanceof ProblemError);
  const huge = scriptedSync();
  const { results, stopped } = await deliver(
    huge.client,
    [lineOf(1), lineOf(2, false, "x".repeat(600_000))],
    huge.options,
  );
  assert.deepEqual(results.map(({ status }) => status), ["applied", "unanswered"]);
  assert.ok(stopped instanceof RangeError);
});

Deno.test("U1: an abort ends a wait and a request, and what was answered before keeps its result", async () => {
  const steering = { ...DEFAULT_STEERING, batch_events: 1 };
  const reason = new RangeError("enough");
  for (const place of ["wait", "request"]) {
    const end = new AbortController();
    const t = scriptedSync([{ kind: "ok" }, { kind: "lost" }]);
    // The second request never gets an answer, and a wait never ends.
    const hang = (signal?: AbortSignal | null) =>
      new Promise<never>((_, reject) => {
        setTimeout(() => end.abort(reason), 0);
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    const client: typeof t.client = {
      ...t.client,
      sync: (header, lines, o) =>
        t.batches.length === 1 && place === "request" ? hang(o?.signal) : t.client.sync(header, lines, o),
    };
    const { results, stopped } = await deliver(client, lines(3), {
      ...t.options,
      steering,
      clock: { ...t.clock, sleep: (_, signal) => hang(signal) },
      signal: end.signal,
    });
    assert.equal(results[0]?.status, "applied", place);
    assert.deepEqual(results.slice(1), [1, 2].map(() => ({ status: "unanswered", error: reason })));
    assert.equal(stopped, reason);
  }
});

Deno.test("U1: a server that never answers counts as lost after a time, and an error of the app's callback ends the delivery", async () => {
  const t = scriptedSync();
  let calls = 0;
  const deaf: typeof t.client = {
    ...t.client,
    sync: (_header, _lines, o) => {
      calls++;
      return new Promise((_, reject) => o?.signal?.addEventListener("abort", () => reject(o.signal?.reason)));
    },
  };
  const lost = await deliver(deaf, lines(1), { ...t.options, attempts: 2, requestTimeoutMs: 5 });
  assert.ok(lost.stopped instanceof NetworkError);
  assert.equal(calls, 2);
  const full = new RangeError("the disk is full");
  const { results, stopped } = await deliver(t.client, lines(2), {
    ...t.options,
    onAnswered: () => Promise.reject(full),
  });
  assert.equal(stopped, full);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["applied", "applied"],
    "the server has them all the same",
  );
});

Deno.test("U1: what is no line is refused before anything is sent, and nothing to deliver sends nothing", async () => {
  const t = scriptedSync();
  for (const line of ["", " ", "{}\n{}"]) {
    await assert.rejects(deliver(t.client, [line], t.options), RangeError);
  }
  assert.deepEqual(await deliver(t.client, [], t.options), { results: [], answer: null });
  assert.equal(t.batches.length, 0);
  const strange = scriptedSync([{ kind: "not_ours" }]);
  assert.ok((await deliver(strange.client, lines(1), strange.options)).stopped instanceof ContractError);
});
