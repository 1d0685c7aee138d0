// Pull: the learner's rows from the server.
import assert from "node:assert/strict";
import { rowsOf, someAttempt, someProgress, someSession } from "./rows.ts";
import { OTHER_DEVICE, Play, SKILL } from "../play.ts";
import { forEach, table, type Theme } from "../requirement.ts";
import { editedJson, refused, replyBroken, replyLost, requestLost } from "../server/faults.ts";
import type { Change } from "../../contract/changes.ts";

const OTHER_SKILL = "00020000-0001-0000-8000-000000000000";
const ROWS: Record<string, Change> = {
  session: someSession(1),
  attempt: someAttempt(1),
  skill_progress: someProgress({ mastery: 30 }),
  practice: {
    kind: "practice",
    own: false,
    row: {
      days: [{ from: "2026-11-29", to: "2026-11-29" }],
      last_day: "2026-11-29",
      streak: 1,
      longest_streak: 1,
    },
  },
};

/** Rows of another device, one page each. */
async function threePages(t: Play): Promise<void> {
  await t.begin();
  for (let n = 1; n <= 3; n++) t.ledger.put(someAttempt(n));
  t.server.pullChanges = 1;
}

const progressOf = async (t: Play, skill = SKILL) => (await t.dump()).progress[skill];

export const pull: Theme = {
  title: "Pull",
  requirements: [
    {
      id: "PUL-1",
      text: "A pulled row is stored, and replaces the row with the same key.",
      cases: {
        ...table(ROWS, (change) => async (t) => {
          await t.begin();
          t.ledger.put(change);
          await t.synced();
          assert.equal((await rowsOf(t, change.kind)).length, 1, "the row of another device arrives");
        }),
        replaced: async (t) => {
          await t.begin();
          for (const mastery of [30, 70]) {
            t.ledger.put(someProgress({ mastery }));
            await t.synced();
          }
          assert.deepEqual((await rowsOf(t, "skill_progress")).map(({ mastery }) => mastery), [70]);
        },
        lower_than_before: async (t) => {
          // A correction by support may lower a value; the server's row is what counts.
          await t.begin();
          for (const mastery of [70, 30]) {
            t.ledger.put(someProgress({ mastery }));
            await t.synced();
          }
          assert.equal((await progressOf(t))?.mastery, 30);
        },
      },
    },
    {
      id: "PUL-2",
      text:
        "The cursor of a pull is kept with its rows, and the next pull begins there, also after a restart.",
      cases: {
        first: async (t) => {
          await t.publish();
          await t.init();
          await t.synced();
          assert.equal(t.server.asked("push")[0]?.header?.pull?.cursor ?? null, null, "no cursor at first");
        },
        next: async (t) => {
          await t.begin();
          t.ledger.put(someAttempt(1));
          await t.synced();
          const { cursor } = await t.dump();
          assert.equal(cursor, `${t.server.content.history}.1`, "the cursor is kept as it came");
          await t.synced();
          assert.equal(t.server.asked("push").at(-1)?.header?.pull?.cursor, cursor);
        },
        restarted: async (t) => {
          await t.begin();
          t.ledger.put(someAttempt(1));
          await t.synced();
          const { cursor } = await t.dump();
          await t.init();
          await t.synced();
          assert.equal(t.server.asked("push").at(-1)?.header?.pull?.cursor, cursor);
        },
      },
    },
    {
      id: "PUL-3",
      text: "While `more` is true, the client pulls again from the page's cursor.",
      cases: {
        pages: async (t) => {
          await threePages(t);
          await t.synced();
          assert.equal((await rowsOf(t, "attempt")).length, 3);
        },
        own_rows: async (t) => {
          await t.begin();
          t.server.pullChanges = 2;
          const ids = await t.answer(3);
          await t.synced();
          const pulled = (await rowsOf(t, "attempt")).map(({ event_id }) => event_id);
          assert.deepEqual(pulled.sort(), [...ids].sort());
        },
      },
    },
    {
      id: "PUL-4",
      text: "No row is lost between two pages: a cursor counts only together with the rows before it.",
      cases: {
        ...forEach([requestLost, replyLost, replyBroken], (fault) => async (t) => {
          await threePages(t);
          t.server.always("pull", fault);
          await t.failed();
          t.server.heal();
          await t.synced();
          assert.equal((await rowsOf(t, "attempt")).length, 3, "all rows of all pages");
        }),
        killed: async (t) => {
          await threePages(t);
          await t.killedAt("pull", "after", 2);
          await t.restart();
          await t.synced();
          assert.equal((await rowsOf(t, "attempt")).length, 3, "all rows of all pages");
        },
        killed_at_the_push: async (t) => {
          await t.begin();
          t.ledger.put(someAttempt(1));
          await t.killedAt("push", "after");
          await t.restart();
          await t.synced();
          assert.equal((await rowsOf(t, "attempt")).length, 1, "the row");
        },
      },
    },
    {
      id: "PUL-5",
      text:
        "A pull that follows a push names the batch's token as `at_least`, so that it contains the batch.",
      cases: {
        after_a_push: async (t) => {
          await threePages(t);
          await t.answer();
          await t.synced();
          const [first] = t.server.asked("pull");
          assert.match(
            first?.query.get("at_least") ?? "",
            new RegExp(`^${t.server.content.history}\\.\\d+$`),
          );
        },
        behind: async (t) => {
          await threePages(t);
          await t.answer();
          t.server.fault("pull", refused("behind", { retryAfter: 1 }));
          await t.synced();
          assert.equal((await rowsOf(t, "attempt")).length, 4);
        },
      },
    },
    {
      id: "PUL-6",
      text: 'After `{"reset":code}` the client pulls again from the start.',
      cases: table(
        {
          cursor_invalid: "cursor_invalid",
          history_changed: "history_changed",
          cursor_ahead: "cursor_ahead",
        },
        (reset) => async (t) => {
          await t.begin();
          t.ledger.put(someAttempt(1));
          await t.synced();
          t.server.fault("push", editedJson(reset, (answer) => ({ ...answer, pull: { reset } })));
          await t.synced();
          const last = [...t.server.asked("push"), ...t.server.asked("pull")].at(-1);
          assert.equal(last?.header?.pull?.cursor ?? null, null, "without a cursor");
          assert.equal((await rowsOf(t, "attempt")).length, 1, "the rows are there again");
        },
      ),
    },
    {
      id: "PUL-7",
      text: "A voided row is marked as taken back.",
      cases: table(
        { session: someSession(1), attempt: someAttempt(1) } as Record<string, Change>,
        (change) => async (t) => {
          await t.begin();
          t.ledger.put(change);
          await t.synced();
          t.ledger.put({ ...change, row: { ...change.row, voided: true } } as Change);
          await t.synced();
          assert.deepEqual((await rowsOf(t, change.kind)).map(({ voided }) => voided), [true]);
        },
      ),
    },
    {
      id: "PUL-8",
      text: "Rows of other devices and of other skills arrive like the client's own.",
      cases: {
        other_device: async (t) => {
          await t.begin();
          await t.answer();
          t.ledger.put(someAttempt(1));
          await t.synced();
          const devices = new Set((await rowsOf(t, "attempt")).map(({ device_id }) => device_id));
          assert.ok(devices.has(OTHER_DEVICE) && devices.size === 2, "attempts of both devices");
        },
        other_skill: async (t) => {
          await t.begin();
          await t.send("advance", { skill_id: SKILL, mastery: 10, completed: [] });
          t.ledger.put(someProgress({ mastery: 50, skill_id: OTHER_SKILL }));
          await t.synced();
          assert.equal((await progressOf(t, OTHER_SKILL))?.mastery, 50);
          assert.equal((await progressOf(t))?.mastery, 10);
        },
      },
    },
  ],
};
