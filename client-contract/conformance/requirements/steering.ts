// Steering: what the server asks of the app, and the kill switch.
import assert from "node:assert/strict";
import { DEVICE, LEARNER } from "../play.ts";
import { table, type Theme } from "../requirement.ts";
import { bareStatus, editedJson, refused } from "../server/faults.ts";

export const steering: Theme = {
  title: "Steering",
  requirements: [
    {
      id: "STE-1",
      text: "A batch has at most `batch_events` events, at once and after a restart.",
      cases: {
        ...table({ one: 1, two: 2, three: 3 }, (batch_events) => async (t) => {
          t.server.steering = { ...t.server.steering, batch_events };
          await t.begin();
          const ids = await t.answer(5);
          await t.synced();
          for (const { lines } of t.server.asked("push")) {
            assert.ok(lines.length <= batch_events, `${lines.length} events in a batch`);
          }
          await t.delivered(ids);
        }),
        restarted: async (t) => {
          t.server.steering = { ...t.server.steering, batch_events: 2 };
          await t.begin();
          const ids = await t.answer(4);
          await t.init();
          await t.synced();
          for (const { lines } of t.server.asked("push")) {
            assert.ok(lines.length <= 2, `${lines.length} events`);
          }
          await t.delivered(ids);
        },
        changed: async (t) => {
          await t.begin();
          t.server.steering = { ...t.server.steering, batch_events: 1 };
          await t.synced();
          t.server.requests.length = 0;
          await t.answer(3);
          await t.synced();
          for (const { lines } of t.server.asked("push")) {
            assert.ok(lines.length <= 1, `${lines.length} events`);
          }
        },
      },
    },
    {
      id: "STE-2",
      text: "While the server is paused, the events wait. Afterwards they are sent.",
      cases: {
        paused: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          const paused = { reason: "Maintenance", retry_after_s: 600 };
          t.server.steering = { ...t.server.steering, paused };
          await t.failed("paused");
          await t.waits(ids);
          t.server.steering = { ...t.server.steering, paused: null };
          await t.advance(601_000);
          await t.synced();
          await t.delivered(ids);
        },
        longer_than_patience: async (t) => {
          await t.begin();
          await t.answer();
          t.server.always("push", refused("paused", { retryAfter: 7200 }));
          await t.failed("paused");
          assert.equal(t.pushes().length, 1, "the sync ends instead of waiting for hours");
        },
      },
    },
    {
      id: "STE-3",
      text: "A revoked device stops and deletes nothing. If it is restored, its events are sent.",
      cases: {
        revoked: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          t.server.revokedDevices.add(DEVICE);
          await t.failed("device_revoked");
          await t.waits(ids);
          assert.equal((await t.dump()).revoked, true);
        },
        restored: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          t.server.revokedDevices.add(DEVICE);
          await t.failed("device_revoked");
          t.server.revokedDevices.clear();
          await t.synced();
          await t.delivered(ids);
          assert.equal((await t.dump()).revoked, false);
        },
        content_stays: async (t) => {
          await t.begin();
          t.server.revokedDevices.add(DEVICE);
          await t.failed();
          await t.holds(1);
        },
      },
    },
    {
      id: "STE-4",
      text: "Fields that the client does not know are ignored, wherever they stand.",
      cases: table(
        {
          answer: (answer: Answer) => ({ ...answer, tomorrow: 1 }),
          steering: (answer: Answer) => ({
            ...answer,
            steering: { ...answer["steering"], tomorrow: { a: [] } },
          }),
          head: (answer: Answer) => ({ ...answer, head: { ...answer["head"], tomorrow: null } }),
          batch: (answer: Answer) => ({ ...answer, batch: { ...answer["batch"], tomorrow: true } }),
        },
        (edit) => async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.always("push", editedJson("more fields", (answer) => edit(answer as Answer)));
          await t.synced();
          await t.delivered(ids);
        },
      ),
    },
    {
      id: "STE-5",
      text: "After the date of a required update the app must be updated; events are still sent.",
      cases: table(
        { past: ["2026-11-29T00:00:00Z", "app"], future: ["2027-01-01T00:00:00Z", null] } as const,
        ([date, must]) => async (t) => {
          const upgrade = { to: "2.0.0", required_from: date, message: null };
          t.server.steering = { ...t.server.steering, upgrade };
          await t.begin();
          const ids = await t.answer();
          await t.synced();
          assert.equal((await t.dump()).must_update, must);
          await t.delivered(ids);
        },
      ),
    },
    {
      id: "STE-6",
      text:
        "Without an answer of Carrel the status decides: 429 and 5xx are tried again, and other refusals are not.",
      cases: table(
        { s429: 429, s500: 500, s502: 502, s503: 503, s504: 504, s400: 400, s404: 404, s413: 413 },
        (status) => async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.fault("push", bareStatus(status));
          const isRetried = status === 429 || status >= 500;
          assert.equal((await t.sync()).result, isRetried ? "done" : "failed");
          assert.equal(t.pushes().length, isRetried ? 2 : 1, "requests");
          if (isRetried) await t.delivered(ids);
          else await t.waits(ids);
        },
      ),
    },
    {
      id: "STE-7",
      text: "An answer that is not one of this contract settles nothing.",
      cases: table(
        {
          empty: () => "",
          html: () => "<html>Sign in to the network</html>",
          other_json: () => '{"hello":"world"}',
          null: () => "null",
          no_batch: (text: string) => JSON.stringify({ ...JSON.parse(text), batch: undefined }),
        },
        (edit) => async (t) => {
          await t.begin();
          const ids = await t.answer();
          t.server.always("push", {
            name: "another answer",
            strike: async (work) => {
              const reply = await work();
              return { ...reply, body: edit(String(reply.body)) };
            },
          });
          await t.failed();
          await t.waits(ids);
          t.server.heal();
          await t.synced();
          await t.delivered(ids);
          assert.equal(t.server.ledger(LEARNER).events.size >= ids.length, true);
        },
      ),
    },
  ],
};

type Answer = Record<string, Record<string, unknown>>;
