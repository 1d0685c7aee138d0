// Merge: the client's own events on top of the server's rows.
import assert from "node:assert/strict";
import { someProgress } from "./rows.ts";
import { type Play, questionId, SKILL } from "../play.ts";
import type { Theme } from "../requirement.ts";
import type { Judge } from "../server/ledger.ts";

const progressOf = async (t: Play) => (await t.dump()).progress[SKILL];

/** The server takes no event yet, so that all of them wait. */
const LATER: Judge = () => ({ status: "retry", code: "daily_limit", retryable: true, retry_after_s: 3600 });

export const merge: Theme = {
  title: "Merge",
  requirements: [
    {
      id: "MRG-1",
      text:
        "What waits in the outbox counts on top of the server's rows: mastery is a maximum, completed questions a union, attempts a count.",
      cases: {
        mastery_of_the_client: async (t) => {
          await t.begin();
          t.server.judge = LATER;
          await t.send("advance", { skill_id: SKILL, mastery: 80, completed: [] });
          t.ledger.put(someProgress({ mastery: 40 }));
          await t.synced();
          assert.equal((await progressOf(t))?.mastery, 80);
        },
        mastery_of_the_server: async (t) => {
          await t.begin();
          t.server.judge = LATER;
          await t.send("advance", { skill_id: SKILL, mastery: 80, completed: [] });
          t.ledger.put(someProgress({ mastery: 90 }));
          await t.synced();
          assert.equal((await progressOf(t))?.mastery, 90);
        },
        completed: async (t) => {
          await t.begin();
          t.server.judge = LATER;
          await t.send("advance", { skill_id: SKILL, mastery: 10, completed: [questionId(0)] });
          t.ledger.put(someProgress({ completed: [questionId(1)] }));
          await t.synced();
          assert.deepEqual((await progressOf(t))?.completed, [questionId(0), questionId(1)]);
        },
        attempts_of_both: async (t) => {
          await t.begin();
          t.server.judge = LATER;
          await t.answer(2);
          t.ledger.put(someProgress({ attempts: 5, correct: 2 }));
          await t.synced();
          const progress = await progressOf(t);
          assert.deepEqual([progress?.attempts, progress?.correct], [7, 3]);
        },
        attempts_once: async (t) => {
          await t.begin();
          await t.answer(3);
          await t.synced();
          assert.equal((await progressOf(t))?.attempts, 3, "the server's row contains them");
        },
        advance_is_never_back: async (t) => {
          await t.begin();
          for (const mastery of [60, 20]) {
            await t.send("advance", { skill_id: SKILL, mastery, completed: [] });
          }
          assert.equal((await progressOf(t))?.mastery, 60);
          await t.synced();
          assert.equal((await progressOf(t))?.mastery, 60);
        },
      },
    },
    {
      id: "MRG-2",
      text: "The greater reset wins, whichever side it comes from. Within a reset only its own events count.",
      cases: {
        of_the_client: async (t) => {
          await t.begin();
          await t.send("advance", { skill_id: SKILL, mastery: 60, completed: [] });
          await t.synced();
          await t.send("reset", { skill_id: SKILL });
          assert.equal((await progressOf(t))?.mastery, 0);
          await t.synced();
          const progress = await progressOf(t);
          assert.deepEqual([progress?.mastery, progress?.reset_count], [0, 1]);
        },
        of_the_server: async (t) => {
          await t.begin();
          t.server.judge = LATER;
          await t.send("advance", { skill_id: SKILL, mastery: 60, completed: [] });
          t.ledger.put(
            someProgress({ mastery: 5, reset_count: 2, reset_event: "01KB8Q9T3V00000000000000Z9" }),
          );
          await t.synced();
          const progress = await progressOf(t);
          assert.deepEqual([progress?.mastery, progress?.reset_count], [5, 2]);
        },
        named_by_events: async (t) => {
          await t.begin();
          await t.send("reset", { skill_id: SKILL });
          await t.answer();
          const lines = (await t.dump()).outbox.map(({ line }) => JSON.parse(line));
          const reset = lines.find(({ type }) => type === "progress.reset");
          const attempt = lines.find(({ type }) => type === "attempt.recorded");
          assert.deepEqual(attempt.body.reset, { count: 1, event: reset.id });
        },
      },
    },
  ],
};
