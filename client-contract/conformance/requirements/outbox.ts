// The outbox: what the learner did waits here until the server has it.
import assert from "node:assert/strict";
import { isUlidTime } from "./checks.ts";
import { checkEventLine } from "../../contract/verdict.ts";
import { DAY, DEVICE, LEARNER, OTHER_DEVICE, Play, questionId, SECOND, SKILL } from "../play.ts";
import { forEach, type Scenario, table, type Theme } from "../requirement.ts";
import { bareStatus, type Fault, refused, repeated, replyCut, slowBody, UNSURE } from "../server/faults.ts";

const PASSING: readonly Fault[] = [
  ...UNSURE,
  replyCut,
  refused("busy"),
  refused("overloaded"),
  refused("rate_limited", { retryAfter: 2 }),
  refused("internal"),
  bareStatus(502),
];

/** The learner does things, and the batch is sent twice. */
const sameLines = (fault: Fault): Scenario => async (t) => {
  await t.begin();
  const ids = await t.answer(2);
  const before = new Map((await t.dump()).outbox.map(({ id, line }) => [id, line]));
  t.server.fault("push", fault);
  await t.sync();
  await t.synced();
  for (const push of t.pushes()) {
    for (const line of Play.learning(push)) {
      assert.equal(line, before.get(JSON.parse(line).id), "an event is sent as it was recorded");
    }
  }
  assert.ok(t.pushes().length >= 2, "the batch is sent again");
  await t.delivered(ids);
};

const EVENTS: Record<string, (t: Play) => Promise<unknown>> = {
  attempt: (t) => t.answer(),
  session_end: async (t) => {
    await t.answer();
    await t.send("end_session", {});
  },
  advance: (t) => t.send("advance", { skill_id: SKILL, mastery: 40, completed: [questionId(0)] }),
  reset: (t) => t.send("reset", { skill_id: SKILL }),
};

export const outbox: Theme = {
  title: "Outbox",
  requirements: [
    {
      id: "OUT-1",
      text:
        "An event's line is frozen when it is recorded. Every retry sends the same bytes under the same id.",
      cases: {
        ...forEach(PASSING, sameLines),
        after_a_kill: async (t) => {
          await t.begin();
          const ids = await t.answer();
          const { outbox } = await t.dump();
          await t.killedAt("push", "after");
          await t.restart();
          await t.synced();
          const lines = new Set(t.pushes().flatMap((push) => Play.learning(push)));
          assert.deepEqual(
            [...lines].sort(),
            outbox.map(({ line }) => line).sort(),
            "the lines of both runs",
          );
          await t.delivered(ids);
        },
      },
    },
    {
      id: "OUT-2",
      text:
        "An event waits until the server has answered with a result for it. Neither time, nor a restart, nor a kill loses it.",
      cases: {
        offline: async (t) => {
          await t.begin();
          await t.send("go_offline", { offline: true });
          const ids = await t.answer(3);
          await t.failed();
          await t.waits(ids);
          await t.send("go_offline", { offline: false });
          await t.synced();
          await t.delivered(ids);
        },
        offline_for_a_month: async (t) => {
          await t.begin();
          await t.send("go_offline", { offline: true });
          const ids = await t.answer();
          for (let week = 0; week < 4; week++) {
            await t.advance(7 * DAY);
            await t.failed();
          }
          await t.waits(ids);
        },
        restarted: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.init();
          await t.waits(ids);
          await t.synced();
          await t.delivered(ids);
        },
        killed_before_the_server_has_it: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.killedAt("push", "before");
          await t.restart();
          await t.waits(ids);
          await t.synced();
          await t.delivered(ids);
        },
        killed_after_the_server_has_it: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.killedAt("push", "after");
          await t.restart();
          await t.synced();
          await t.delivered(ids);
          assert.equal(t.ledger.events.size, new Set(t.ledger.events.keys()).size, "each event counts once");
        },
        recorded_during_a_failure: async (t) => {
          await t.begin();
          const first = await t.answer();
          t.server.always("push", refused("overloaded"));
          await t.failed("overloaded");
          const second = await t.answer();
          t.server.heal();
          await t.synced();
          await t.delivered([...first, ...second]);
        },
      },
    },
    {
      id: "OUT-3",
      text:
        "Events are sent in the order in which they were recorded, also across batches and when the clock was set back.",
      cases: {
        one_batch: async (t) => {
          await t.begin();
          const ids = await t.answer(4);
          await t.synced();
          assert.deepEqual(t.pushes().flatMap(Play.ids).filter((id) => ids.includes(id)), ids, "the order");
        },
        several_batches: async (t) => {
          t.server.steering = { ...t.server.steering, batch_events: 2 };
          await t.begin();
          const ids = await t.answer(5);
          await t.synced();
          assert.deepEqual(t.pushes().flatMap(Play.ids).filter((id) => ids.includes(id)), ids, "the order");
        },
        clock_set_back: async (t) => {
          await t.begin();
          const first = await t.answer();
          await t.advance(-40 * DAY);
          const ids = [...first, ...await t.answer(2)];
          assert.deepEqual([...ids].sort(), ids, "ids ascend");
          await t.synced();
          assert.deepEqual(t.pushes().flatMap(Play.ids).filter((id) => ids.includes(id)), ids, "the order");
        },
      },
    },
    {
      id: "OUT-4",
      text:
        "An event is valid: it names its learner and its device, its id is a ULID, its time is UTC, and its offset is the learner's.",
      cases: {
        ...table(EVENTS, (record) => async (t) => {
          await t.begin();
          await record(t);
          const { outbox } = await t.dump();
          assert.ok(outbox.length > 0, "the event is in the outbox");
          for (const { id, line } of outbox) {
            assert.deepEqual({ ok: true }, { ok: checkEventLine(line, LEARNER).ok }, line);
            const event = JSON.parse(line);
            assert.equal(event.id, id);
            assert.equal(event.device_id, DEVICE);
            assert.equal(event.utc_offset_minutes, 60, "minutes that local time is ahead of UTC");
          }
        }),
        time_in_the_id: async (t) => {
          await t.begin();
          const { now } = await t.dump();
          const [id = ""] = await t.answer();
          assert.ok(isUlidTime(id, now), "the id's time is about the client's time");
        },
      },
    },
    {
      id: "OUT-5",
      text:
        "Ids are made of fresh randomness. Two devices that record the same thing at the same time make different ids.",
      cases: table({ first_id: 1, fifth_id: 5 }, (count) => async (t) => {
        await t.begin();
        const ids = await t.answer(count);
        const tails = new Set(ids.map((id) => id.slice(-13)));
        assert.equal(tails.size, count, "the last 65 bits of each id are new");
        const sessions = new Set((await t.dump()).outbox.map(({ id }) => id));
        for (const id of ids) assert.ok(sessions.has(id));
        assert.ok(ids.every((id) => !/(.)\1{9}/.test(id.slice(10))), "the random part is random");
      }),
    },
    {
      id: "OUT-6",
      text: "A batch keeps its `batch_id` for every retry. Another batch has another one.",
      cases: {
        ...forEach([...UNSURE, refused("busy")], (fault) => async (t) => {
          await t.begin();
          await t.answer();
          t.server.fault("push", fault);
          await t.synced();
          const [first, second] = t.server.asked("push");
          assert.equal(second?.header?.batch_id, first?.header?.batch_id, "the retry's batch_id");
        }),
        another_batch: async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) {
            await t.answer();
            await t.synced();
          }
          const ids = t.pushes().map(({ header }) => header?.batch_id);
          assert.equal(new Set(ids).size, ids.length, "batch_ids");
        },
      },
    },
    {
      id: "OUT-7",
      text:
        "The header names the device, the contract, the content that is held, and the time of this attempt.",
      cases: {
        before_content: async (t) => {
          await t.publish();
          await t.init();
          await t.synced();
          const [push] = t.server.asked("push");
          assert.equal(push?.header?.content_version ?? 0, 0, "no content is held");
          assert.equal(push?.header?.contract_version, 1);
          assert.equal(push?.header?.content_schema, 2);
        },
        with_content: async (t) => {
          await t.begin();
          await t.edit();
          await t.synced();
          await t.synced();
          assert.deepEqual(t.server.asked("push").map(({ header }) => header?.content_version), [1, 2]);
        },
        time_of_the_attempt: async (t) => {
          await t.begin();
          await t.answer();
          t.server.fault("push", refused("busy", { retryAfter: 20 }));
          await t.synced();
          for (const { header, at } of t.server.asked("push")) {
            assert.equal(Date.parse(header?.sent_at ?? ""), at, "`sent_at` is the time of the attempt");
          }
        },
        device: async (t) => {
          await t.begin({ device_id: OTHER_DEVICE });
          await t.answer();
          await t.synced();
          assert.equal(t.pushes()[0]?.header?.device_id, OTHER_DEVICE);
        },
      },
    },
    {
      id: "OUT-8",
      text: "An event with a result is not sent again, unless the server lost data.",
      cases: table({ once: 1, twice: 2 }, (syncs) => async (t) => {
        await t.begin();
        const ids = await t.answer(2);
        await t.synced();
        for (let n = 0; n < syncs; n++) await t.synced();
        const sent = t.pushes().flatMap(Play.ids).filter((id) => ids.includes(id));
        assert.deepEqual(sent, ids, "each event was sent once");
      }),
    },
    {
      id: "OUT-9",
      text: "A delivered event is kept for `keep_sent_days`, in case the server is restored.",
      cases: {
        by_default: async (t) => {
          await t.begin();
          const ids = await t.answer();
          await t.synced();
          await t.advance(13 * DAY);
          await t.synced();
          await t.delivered(ids);
        },
        steered: async (t) => {
          t.server.steering = { ...t.server.steering, keep_sent_days: 30 };
          await t.begin();
          const ids = await t.answer();
          await t.synced();
          await t.advance(29 * DAY);
          await t.synced();
          await t.delivered(ids);
        },
      },
    },
    {
      id: "OUT-10",
      text: "A request that arrives twice, or a reply that comes slowly, changes nothing.",
      cases: forEach([repeated, slowBody], (fault) => async (t) => {
        await t.begin();
        const ids = await t.answer(2);
        t.server.fault("push", fault);
        await t.synced();
        await t.advance(SECOND);
        await t.delivered(ids);
        const { progress } = await t.dump();
        assert.equal(progress[SKILL]?.attempts, 2, "attempts are counted once");
      }),
    },
  ],
};
