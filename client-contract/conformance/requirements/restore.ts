// Restore: the server was put back to an earlier state, and devices bring back what it lost.
import assert from "node:assert/strict";
import { rowsOf, someAttempt } from "./rows.ts";
import { Play } from "../play.ts";
import { table, type Theme } from "../requirement.ts";
import { editedJson, refused, replyLost } from "../server/faults.ts";

const NEW_HISTORY = "ffffffffffffffff";

/** A client that has delivered events, and a server that has lost them. */
async function restored(t: Play, { lose = true } = {}): Promise<string[]> {
  await t.begin();
  const ids = await t.answer(3);
  await t.synced();
  t.server.requests.length = 0;
  t.server.rotate(NEW_HISTORY, { lose });
  return ids;
}

export const restore: Theme = {
  title: "Restore",
  requirements: [
    {
      id: "RST-1",
      text:
        "If the server's history has changed, the client sends again all events that it still keeps, as the same lines.",
      cases: {
        lost: async (t) => {
          const ids = await restored(t);
          await t.synced();
          await t.delivered(ids);
        },
        not_lost: async (t) => {
          const ids = await restored(t, { lose: false });
          await t.synced();
          const sent = new Set(t.pushes().flatMap(Play.ids));
          assert.ok(ids.every((id) => sent.has(id)), "all events are sent again");
          await t.delivered(ids);
        },
        with_new_events: async (t) => {
          const ids = await restored(t);
          const more = await t.answer(2);
          await t.synced();
          await t.delivered([...ids, ...more]);
        },
        after_a_restart: async (t) => {
          const ids = await restored(t);
          await t.init();
          await t.synced();
          await t.delivered(ids);
        },
        reply_lost: async (t) => {
          const ids = await restored(t);
          t.server.fault("push", replyLost, replyLost);
          await t.synced();
          await t.delivered(ids);
        },
        killed: async (t) => {
          const ids = await restored(t);
          await t.killedAt("push", "after");
          await t.restart();
          await t.synced();
          await t.delivered(ids);
        },
      },
    },
    {
      id: "RST-2",
      text: "Quarantined events are sent again, too: the server may have lost its quarantine.",
      cases: table({ one: 1, two: 2 }, (count) => async (t) => {
        await t.begin();
        t.server.judge = ({ type }) =>
          type === "attempt.recorded"
            ? { status: "quarantined", code: "invalid_event", retryable: false }
            : undefined;
        const ids = await t.answer(count);
        await t.synced();
        t.server.rotate(NEW_HISTORY, { lose: true });
        t.server.judge = () => undefined;
        await t.synced();
        await t.delivered(ids);
      }),
    },
    {
      id: "RST-3",
      text: "`cursor_ahead` means the same as another history. `cursor_invalid` only voids the cursor.",
      cases: {
        cursor_ahead: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.synced();
          t.server.requests.length = 0;
          t.ledger.lose();
          await t.synced();
          await t.delivered(ids);
        },
        cursor_invalid: async (t) => {
          await t.begin();
          const ids = await t.answer(2);
          await t.synced();
          t.server.requests.length = 0;
          t.server.fault(
            "push",
            editedJson("invalid", (answer) => ({ ...answer, pull: { reset: "cursor_invalid" } })),
          );
          await t.synced();
          const sent = t.pushes().flatMap(Play.ids).filter((id) => ids.includes(id));
          assert.deepEqual(sent, [], "no event is sent again");
        },
      },
    },
    {
      id: "RST-4",
      text: "Rows that the server no longer has disappear with the pull from the start.",
      cases: table({ one: 1, three: 3 }, (count) => async (t) => {
        await t.begin();
        for (let n = 0; n < count; n++) t.ledger.put(someAttempt(n));
        await t.synced();
        assert.equal((await rowsOf(t, "attempt")).length, count);
        t.server.rotate(NEW_HISTORY, { lose: true });
        await t.synced();
        assert.equal((await rowsOf(t, "attempt")).length, 0);
      }),
    },
    {
      id: "RST-5",
      text:
        "Content of another history is void: the client fetches the snapshot, and shows the old copy until then.",
      cases: {
        same_version: async (t) => {
          await t.begin();
          t.server.rotate(NEW_HISTORY);
          await t.synced();
          await t.holds(1);
          assert.equal((await t.dump()).content.history, NEW_HISTORY);
        },
        other_rows: async (t) => {
          await t.begin();
          t.server.rotate(NEW_HISTORY);
          t.server.content.releases.length = 0;
          t.drafts.delete([...t.drafts.keys()].at(-1) ?? "");
          await t.publish();
          await t.synced();
          await t.holds(1);
        },
        fewer_versions: async (t) => {
          await t.begin();
          await t.edit();
          await t.synced();
          t.server.rotate(NEW_HISTORY);
          t.server.content.releases.length = 1;
          await t.synced();
          await t.holds(1);
        },
      },
    },
    {
      id: "RST-6",
      text: "A server whose history changes again and again ends the sync, and the events wait.",
      cases: {
        every_answer: async (t) => {
          await t.begin();
          await t.answer();
          let n = 0;
          t.server.onRequest = ({ endpoint }) => {
            if (endpoint === "push") t.server.rotate(String(++n).padStart(16, "0"));
          };
          assert.equal((await t.sync()).result, "failed");
          assert.ok(t.server.requests.length < 60, "the sync ends");
        },
      },
    },
    {
      id: "RST-7",
      text: "`410 erased` stops the sync at once.",
      cases: table({ at_the_push: "push" } as const, (endpoint) => async (t) => {
        await t.begin();
        await t.answer();
        t.server.always(endpoint, refused("erased"));
        await t.failed("erased");
        assert.equal(t.server.asked(endpoint).length, 1);
      }),
    },
  ],
};
