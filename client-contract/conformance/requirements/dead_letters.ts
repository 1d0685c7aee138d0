// Dead letters: what a client has given up, and what it could not store.
import assert from "node:assert/strict";
import { rowsOf, someAttempt, someProgress } from "./rows.ts";
import { table, type Theme } from "../requirement.ts";
import { refused } from "../server/faults.ts";
import type { Change } from "../../contract/changes.ts";

export const deadLetters: Theme = {
  title: "Dead letters",
  requirements: [
    {
      id: "DLT-1",
      text:
        "An event that is given up is handed in as a dead letter with its reason, and is not sent as an event any more.",
      needs: ["dead_letters"],
      cases: {
        given_up: async (t) => {
          await t.begin();
          const [id = ""] = await t.answer();
          await t.send("give_up", { event_id: id, reason: "the learner asked for it" });
          await t.synced();
          const [letter] = t.ledger.letters;
          assert.equal(JSON.parse(letter?.line ?? "{}").id, id);
          assert.equal(letter?.reason, "the learner asked for it");
          assert.equal((await t.dump()).letters, 0);
        },
        record: async (t) => {
          await t.begin();
          await t.send("dead_letter", { text: "not an event", reason: "unreadable" });
          assert.equal((await t.dump()).letters, 1);
          await t.synced();
          assert.deepEqual(t.ledger.letters, [{ line: "not an event", reason: "unreadable" }]);
        },
        several_lines: async (t) => {
          await t.begin();
          await t.send("dead_letter", { text: "one\ntwo", reason: "two lines" });
          await t.synced();
          assert.deepEqual(t.ledger.letters.map(({ line }) => JSON.parse(line)), ["one\ntwo"]);
        },
        refused: async (t) => {
          await t.begin();
          await t.send("dead_letter", { text: "not an event", reason: "unreadable" });
          t.server.always("push", refused("overloaded"));
          await t.failed();
          assert.equal((await t.dump()).letters, 1, "it waits");
          t.server.heal();
          await t.synced();
          assert.equal((await t.dump()).letters, 0);
        },
      },
    },
    {
      id: "DLT-2",
      text: "A row that the client's database refuses stops no other row, and is handed in as a dead letter.",
      needs: ["dead_letters"],
      cases: table({ first: [0, 1], last: [1, 0] }, (order) => async (t) => {
        await t.begin();
        const bad: Change = {
          ...someProgress({}),
          row: { ...someProgress({}).row, attempts: 1, correct: 5 },
        } as Change;
        const rows = [bad, someAttempt(1)];
        for (const n of order) t.ledger.put(rows[n] ?? bad);
        await t.synced();
        assert.equal((await rowsOf(t, "attempt")).length, 1, "the other row arrives");
        await t.synced();
        assert.equal(t.ledger.letters.length, 1, "the refused row is handed in");
      }),
    },
  ],
};
