// Hints and the schedule: when a client asks, and what it believes.
import assert from "node:assert/strict";
import { CONTENT_SCHEMA } from "../../contract/limits.ts";
import { DEVICE, OTHER_DEVICE, type Play, SECOND } from "../play.ts";
import { table, type Theme } from "../requirement.ts";
import { edited, editedJson, refused } from "../server/faults.ts";
import { rowsOf, someAttempt } from "./rows.ts";

const POLL_S = 900;

const hintOf = (t: Play, version: number, spread_s = 10, history = t.server.content.history) => ({
  history,
  version,
  domains: ["00010000-0000-0000-8000-000000000000"],
  bytes: 100,
  spread_s,
});
const due = async (t: Play) => (await t.send("due", {})).in_ms;
/** A hint with a root, and whatever follows it. */
async function rooted(t: Play, version: number, root: string): Promise<void> {
  const hint = { ...hintOf(t, version, 0), roots: [{ schema: CONTENT_SCHEMA, root }] };
  await t.send("hint", { content: hint, learner: null });
  await t.send("poll", {});
}
const content = (t: Play, version: number, spread_s?: number) =>
  t.send("hint", { content: hintOf(t, version, spread_s), learner: null });
const learner = (t: Play, token: string, devices: string[], spread_s = 5) =>
  t.send("hint", { content: null, learner: { token, devices, spread_s } });

/** A client that has just synced by its schedule. */
async function settled(t: Play): Promise<void> {
  await t.begin();
  assert.deepEqual(await t.send("poll", {}), { result: "done", code: null });
  t.server.requests.length = 0;
}

export const schedule: Theme = {
  title: "Hints and schedule",
  requirements: [
    {
      id: "HNT-1",
      text: "The client polls after `poll_after_s` and a random part of up to a quarter more.",
      needs: ["schedule"],
      cases: {
        ...table({ usual: POLL_S, steered: 60 }, (poll_after_s) => async (t) => {
          t.server.steering = { ...t.server.steering, poll_after_s };
          await settled(t);
          const wait = await due(t);
          assert.ok(
            wait >= poll_after_s * SECOND && wait <= poll_after_s * SECOND * 1.25,
            `due in ${wait} ms`,
          );
        }),
        spread: async (t) => {
          await t.begin();
          const waits = new Set<number>();
          for (let n = 0; n < 5; n++) {
            await t.send("poll", {});
            waits.add(await due(t));
          }
          assert.ok(waits.size > 1, "the waits are random");
        },
        at_first: async (t) => {
          await t.publish();
          await t.init();
          assert.equal(await due(t), 0, "the first sync is due at once");
        },
      },
    },
    {
      id: "HNT-2",
      text:
        "A hint of a newer release is followed within `spread_s` seconds. A hint of nothing new changes nothing.",
      needs: ["schedule"],
      cases: {
        ...table({ at_once: 0, spread: 30 }, (spread_s) => async (t) => {
          await settled(t);
          await t.edit();
          await content(t, 2, spread_s);
          assert.ok(await due(t) <= spread_s * SECOND, "due within the spread");
        }),
        known_version: async (t) => {
          await settled(t);
          await content(t, 1);
          assert.ok(await due(t) >= POLL_S * SECOND, "still the poll");
        },
        twice: async (t) => {
          await settled(t);
          await t.edit();
          await content(t, 2, 100);
          const wait = await due(t);
          for (let n = 0; n < 10; n++) await content(t, 2, 100);
          assert.equal(await due(t), wait, "the same hint draws no sooner time");
        },
        other_history: async (t) => {
          await settled(t);
          await t.send("hint", { content: hintOf(t, 1, 10, "ffffffffffffffff"), learner: null });
          assert.ok(await due(t) <= 10 * SECOND);
        },
      },
    },
    {
      id: "HNT-3",
      text:
        "A hint is not proof. Content changes only by what the server answers, with its hashes. A wrong root in a hint costs one request.",
      needs: ["schedule"],
      cases: {
        no_such_release: async (t) => {
          await settled(t);
          await content(t, 9, 0);
          await t.send("poll", {});
          await t.holds(1);
        },
        newer_release: async (t) => {
          await settled(t);
          await t.edit();
          await content(t, 2, 0);
          await t.send("poll", {});
          await t.holds(2);
        },
        root: async (t) => {
          await settled(t);
          await t.edit();
          await rooted(t, 2, t.server.content.release(2).tree.root);
          await t.holds(2);
        },
        wrong_root: async (t) => {
          await settled(t);
          await t.edit();
          await rooted(t, 2, t.server.content.release(1).tree.root);
          await t.holds(2);
          const deltas = t.server.requests.filter(({ endpoint }) => endpoint === "delta");
          assert.ok(deltas.length <= 2, `${deltas.length} deltas were fetched`);
        },
        forged_rows: async (t) => {
          await settled(t);
          await t.edit();
          t.server.fault(
            "delta",
            edited("forged", (text) => text.replaceAll('"prompt":"', '"prompt":"not ')),
          );
          await rooted(t, 2, t.server.content.release(2).tree.root);
          await t.holds(2);
        },
        root_of_no_release: async (t) => {
          await settled(t);
          await rooted(t, 9, "0".repeat(64));
          await t.holds(1);
        },
        overtaken_release: async (t) => {
          await settled(t);
          await t.edit();
          await content(t, 2, 0);
          const old = { version: 1, root: t.server.content.release(1).tree.root };
          t.server.fault("head", editedJson("older", (head) => ({ ...head, ...old })));
          t.server.fault(
            "push",
            editedJson("older", (answer) => ({ ...answer, head: { ...answer["head"] as object, ...old } })),
          );
          await t.send("poll", {});
          await t.holds(2);
        },
      },
    },
    {
      id: "HNT-4",
      text: "A hint that gets lost costs time only: the poll finds the release.",
      needs: ["schedule"],
      cases: {
        lost: async (t) => {
          await settled(t);
          await t.edit();
          await t.advance(POLL_S * SECOND * 1.25);
          assert.equal(await due(t), 0);
          await t.send("poll", {});
          await t.holds(2);
        },
        does_not_put_a_poll_off: async (t) => {
          await settled(t);
          const poll = await due(t);
          await t.edit();
          await content(t, 2, 5000);
          assert.ok(await due(t) <= poll, "never later than the poll");
        },
      },
    },
    {
      id: "HNT-5",
      text:
        "A learner's hint is followed if another device has brought something. A device that is named alone has nothing to ask for.",
      needs: ["schedule"],
      cases: {
        other_device: async (t) => {
          await settled(t);
          t.ledger.put(someAttempt(1));
          await learner(t, `${t.server.content.history}.1`, [OTHER_DEVICE]);
          assert.ok(await due(t) <= 5 * SECOND);
          await t.advance(5 * SECOND);
          await t.send("poll", {});
          assert.equal((await rowsOf(t, "attempt")).length, 1);
        },
        own: async (t) => {
          await settled(t);
          await learner(t, `${t.server.content.history}.1`, [DEVICE]);
          assert.ok(await due(t) >= POLL_S * SECOND);
        },
        both: async (t) => {
          await settled(t);
          await learner(t, `${t.server.content.history}.1`, [DEVICE, OTHER_DEVICE]);
          assert.ok(await due(t) <= 5 * SECOND);
        },
        known_token: async (t) => {
          await settled(t);
          const { cursor } = await t.dump();
          await learner(t, cursor ?? "", [OTHER_DEVICE]);
          assert.ok(await due(t) >= POLL_S * SECOND);
        },
      },
    },
    {
      id: "HNT-6",
      text:
        "While hints are heard, polls are rarer. After a loss or a failure the next poll comes within the usual time.",
      needs: ["schedule"],
      cases: {
        heard: async (t) => {
          await settled(t);
          await t.send("listening", { listening: true });
          assert.ok(await due(t) <= POLL_S * SECOND * 1.25, "one poll at the usual time");
          await t.send("poll", {});
          assert.ok(await due(t) >= 14_400 * SECOND);
        },
        lost: async (t) => {
          await settled(t);
          await t.send("listening", { listening: true });
          await t.send("poll", {});
          await t.send("listening", { listening: false });
          assert.ok(await due(t) <= POLL_S * SECOND * 1.25);
        },
        failed: async (t) => {
          await settled(t);
          await t.send("listening", { listening: true });
          t.server.always("push", refused("internal"));
          await t.send("poll", {});
          assert.ok(await due(t) <= POLL_S * SECOND * 1.25);
        },
      },
    },
    {
      id: "HNT-7",
      text: "During a pause neither a poll nor a hint leads to a request before its end.",
      needs: ["schedule"],
      cases: table({ rate_limited: "rate_limited", paused: "paused" } as const, (code) => async (t) => {
        await settled(t);
        await t.advance(POLL_S * SECOND * 1.25);
        t.server.always("push", refused(code, { retryAfter: 3600 }));
        await t.send("poll", {});
        t.server.heal();
        await t.edit();
        await content(t, 2, 0);
        assert.ok(await due(t) >= 3590 * SECOND, "not before the end");
      }),
    },
    {
      id: "HNT-8",
      text: "If the clock is set back, no poll is further away than one interval.",
      needs: ["schedule"],
      cases: table({ a_day: 1, ten_years: 3650 }, (days) => async (t) => {
        await settled(t);
        await t.advance(-days * 24 * 3600 * SECOND);
        assert.ok(await due(t) <= POLL_S * SECOND * 1.25);
      }),
    },
  ],
};
