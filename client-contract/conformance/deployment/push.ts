// What a server does with batches.
import assert from "node:assert/strict";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from "../../contract/limits.ts";
import { table, type Theme } from "../requirement.ts";
import { freshUlid, type Probe } from "./probe.ts";

const good = (t: Probe) => t.advance(t.skill(), 1);
const JSON_TYPE = { "content-type": "application/x-ndjson" };

/** Lines that can't be applied, with their status and code. */
const BAD: Record<string, [make: (t: Probe) => string, status: string, code: string]> = {
  invalid_json: [() => '{"id":', "quarantined", "invalid_json"],
  invalid_event: [(t) => t.advance(t.skill(), 101), "quarantined", "invalid_event"],
  too_large: [
    (t) =>
      t.event("progress.advanced", { skill_id: t.skill(), mastery: 1, note: "x".repeat(MAX_EVENT_BYTES) }),
    "quarantined",
    "too_large",
  ],
  unknown_type: [(t) => t.event("lesson.dreamt", {}), "quarantined", "unknown_type"],
  unknown_version: [
    (t) => t.event("progress.advanced", { skill_id: t.skill(), mastery: 1 }, { version: 99 }),
    "quarantined",
    "unknown_version",
  ],
  wrong_learner: [
    (t) =>
      t.event("progress.advanced", { skill_id: t.skill(), mastery: 1 }, { learner_id: crypto.randomUUID() }),
    "retry",
    "wrong_learner",
  ],
};

export const push: Theme<Probe> = {
  title: "Server: batches",
  requirements: [
    {
      id: "SPU-1",
      text: "An event counts once, however often and in whatever batch it is sent.",
      cases: {
        same_batch_again: async (t) => {
          const body = t.batch([good(t), good(t)]);
          const statuses = async () =>
            JSON.parse((await t.post(body)).text).batch.results.map(({ status }: { status: string }) =>
              status
            );
          assert.deepEqual(await statuses(), ["applied", "applied"]);
          assert.deepEqual(await statuses(), ["duplicate", "duplicate"]);
        },
        other_batch: async (t) => {
          const line = good(t);
          assert.deepEqual(await t.statuses([line]), ["applied"]);
          assert.deepEqual(await t.statuses([good(t), line]), ["applied", "duplicate"]);
        },
        twice_in_a_batch: async (t) => {
          const line = good(t);
          assert.deepEqual(await t.statuses([line, line]), ["applied", "duplicate"]);
        },
        at_the_same_time: async (t) => {
          const line = good(t);
          const statuses = await Promise.all([t.statuses([line]), t.statuses([line])]);
          assert.deepEqual(statuses.flat().sort(), ["applied", "duplicate"]);
        },
        null_is_absent: async (t) => {
          const line = good(t);
          const other = JSON.stringify({ ...JSON.parse(line), clock_offset_ms: null });
          assert.deepEqual([...await t.statuses([line]), ...await t.statuses([other])], [
            "applied",
            "duplicate",
          ]);
        },
      },
    },
    {
      id: "SPU-2",
      text: "There is a result for every line, in the order of the lines. One bad line harms no other.",
      cases: {
        ...table<number, Probe>({ first: 0, middle: 1, last: 2 }, (place) => async (t) => {
          const lines = [good(t), good(t)];
          lines.splice(place, 0, "not JSON");
          const expected = ["applied", "applied"];
          expected.splice(place, 0, "quarantined");
          assert.deepEqual(await t.statuses(lines), expected);
        }),
        ids: async (t) => {
          const lines = [good(t), good(t), good(t)];
          assert.deepEqual(
            (await t.results(lines)).map(({ id }) => id),
            lines.map((line) => JSON.parse(line).id),
          );
        },
        end_before_start: async (t) => {
          const session_id = freshUlid();
          const end = t.event("session.ended", { session_id, reason: "completed" });
          const start = t.event("session.started", { session_id, content_version: 1, skill_id: null });
          assert.deepEqual(await t.statuses([end, start]), ["applied", "applied"]);
        },
      },
    },
    {
      id: "SPU-3",
      text: "An event that can't be applied has a code of the registry, and the first wrong field.",
      cases: {
        ...table<typeof BAD[string], Probe>(BAD, ([make, status, code]) => async (t) => {
          const [result] = await t.results([make(t)]);
          assert.deepEqual([result?.status, result?.code], [status, code]);
        }),
        field: async (t) => {
          const [result] = await t.results([t.advance(t.skill(), 101)]);
          assert.equal(result?.field, "body.mastery");
        },
        id_conflict: async (t) => {
          const line = good(t);
          const other = line.replace('"mastery":1', '"mastery":2');
          assert.deepEqual(await t.statuses([line]), ["applied"]);
          const [result] = await t.results([other]);
          assert.deepEqual([result?.status, result?.code], ["quarantined", "id_conflict"]);
        },
      },
    },
    {
      id: "SPU-4",
      text: "A request that can't be read as a batch is refused, and nothing of it is written.",
      cases: {
        ...table<Record<string, unknown>, Probe>(
          {
            batch_id: { batch_id: "1" },
            device_id: { device_id: "phone" },
            sent_at: { sent_at: "yesterday" },
            contract_version: { contract_version: undefined },
          },
          (wrong) => async (t) => {
            const line = good(t);
            const problem = await t.refused("malformed_batch", "sync", {
              body: t.batch([line], wrong),
              headers: JSON_TYPE,
            });
            assert.equal(problem.info, Object.keys(wrong)[0], "`info` names the field");
            assert.deepEqual(await t.statuses([line]), ["applied"], "nothing was written");
          },
        ),
        no_header: (t) =>
          t.refused("malformed_batch", "sync", { body: "hello\n", headers: JSON_TYPE }).then(() => {}),
        media_type: async (t) => {
          const asked = { body: t.batch([]), headers: { "content-type": "text/html" } };
          await t.refused("unsupported_media_type", "sync", asked);
        },
        encoding: async (t) => {
          const asked = { body: t.batch([]), headers: { ...JSON_TYPE, "content-encoding": "br" } };
          await t.refused("unsupported_encoding", "sync", asked);
        },
      },
    },
    {
      id: "SPU-5",
      text: "The limits of a batch hold, and a batch at the limit is taken.",
      cases: {
        most_events: async (t) => {
          const lines = Array.from({ length: MAX_BATCH_EVENTS }, () => good(t));
          assert.deepEqual(new Set(await t.statuses(lines)), new Set(["applied"]));
        },
        too_many_events: async (t) => {
          const lines = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => good(t));
          await t.refused("batch_too_large", "sync", { body: t.batch(lines), headers: JSON_TYPE });
        },
        too_many_bytes: async (t) => {
          const line = t.event("progress.advanced", {
            skill_id: t.skill(),
            mastery: 1,
            note: "x".repeat(MAX_BATCH_BYTES),
          });
          await t.refused("payload_too_large", "sync", { body: t.batch([line]), headers: JSON_TYPE });
        },
        too_many_bytes_inflated: async (t) => {
          const line = t.event("progress.advanced", {
            skill_id: t.skill(),
            mastery: 1,
            note: "x".repeat(MAX_BATCH_BYTES),
          });
          const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
          await t.refused("payload_too_large", "sync", { body: t.gzip(t.batch([line])), headers });
        },
      },
    },
    {
      id: "SPU-6",
      text:
        "A batch may be gzipped, and a header alone is one. The answer has the batch's id, the head and the steering.",
      cases: {
        gzipped: async (t) => {
          const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
          const { status, text } = await t.ask("sync", { body: t.gzip(t.batch([good(t)])), headers });
          assert.equal(status, 200, text);
          assert.equal(JSON.parse(text).batch.results[0].status, "applied");
        },
        header_alone: async (t) => {
          const batch_id = freshUlid();
          const { batch, head, pull } = await t.push([], { batch_id });
          assert.deepEqual([batch.batch_id, batch.results, batch.changed], [batch_id, [], false]);
          assert.ok(head.version > 0);
          assert.equal(pull, null, "nothing is pulled unless it is asked for");
        },
        unknown_fields: async (t) => {
          const line = t.event("progress.advanced", { skill_id: t.skill(), mastery: 1, tomorrow: [] }, {
            tomorrow: 1,
          });
          assert.deepEqual(
            (await t.push([line], { tomorrow: {} })).batch.results.map(({ status }) => status),
            ["applied"],
          );
        },
      },
    },
  ],
};
