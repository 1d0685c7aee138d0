// Releases: which version a client shows, and why it believes it.
import assert from "node:assert/strict";
import { type Scenario, table, type Theme } from "../requirement.ts";
import { edited, type Fault, requestLost } from "../server/faults.ts";

/** Changes the line of a question that a delta brings. */
const inLine = (from: string, to: string): Fault =>
  edited(`${from} to ${to}`, (text) => text.replace(from, to));
const withoutOneRow = edited("a row less", (text) => {
  const lines = text.trimEnd().split("\n");
  const end = JSON.parse(lines.pop() ?? "");
  lines.splice(1, 1);
  return [...lines, JSON.stringify({ ...end, rows: end.rows - 1 }), ""].join("\n");
});

const LIES: Record<string, Fault> = {
  a_changed_text: inLine("Edited", "Forged"),
  a_missing_row: withoutOneRow,
  another_number: inLine('"position":0', '"position":1'),
};

/** Whatever the server says, the client shows a version as it was published; the truth later is taken. */
const refusesLies = (fault: Fault): Scenario => async (t) => {
  await t.begin();
  await t.edit();
  t.server.always("delta", fault);
  t.server.always("node", inLine("Edited", "Forged"));
  await t.sync();
  await t.holds((await t.dump()).content.version);
  t.server.heal();
  await t.synced();
  await t.holds(2);
};

export const release: Theme = {
  title: "Releases",
  requirements: [
    {
      id: "CON-8",
      text:
        "A version takes effect only if its rows have the published hashes. A lie changes nothing, and the truth later is taken.",
      cases: {
        ...table(LIES, refusesLies),
        in_the_first_snapshot: async (t) => {
          await t.publish();
          await t.init();
          t.server.always("delta", edited("forged", (text) => text.replace("Frage", "Lüge")));
          t.server.always("node", edited("forged", (text) => text.replace("Frage", "Lüge")));
          await t.sync();
          await t.holds(0);
          t.server.heal();
          await t.synced();
          await t.holds(1);
        },
      },
    },
    {
      id: "CON-9",
      text: "While the head is the held version, no content is fetched.",
      cases: table({ one_sync: 1, three_syncs: 3 }, (syncs) => async (t) => {
        await t.begin();
        for (let n = 0; n < syncs; n++) await t.synced();
        assert.equal(t.server.asked("delta").length + t.server.asked("manifest").length, 0, "no download");
      }),
    },
    {
      id: "CON-10",
      text: "Every request for content names the content schema that the client reads.",
      cases: table({ snapshot: 0, delta: 1 }, (edits) => async (t) => {
        await t.publish();
        await t.init();
        await t.synced();
        for (let n = 0; n < edits; n++) await t.edit();
        await t.synced();
        const asked = t.server.requests.filter(({ endpoint }) =>
          !["push", "pull", "bundle", "report"].includes(endpoint)
        );
        assert.ok(asked.length > 0);
        for (const { query } of asked) assert.equal(query.get("schema"), "2");
      }),
    },
    {
      id: "CON-11",
      text:
        "After `426 upgrade_required` the copy stays, events are still sent, and the app has to be updated.",
      cases: {
        retired: async (t) => {
          await t.begin();
          await t.edit();
          t.server.content.isRefused = true;
          const ids = await t.answer();
          await t.sync();
          await t.holds(1);
          await t.delivered(ids);
          assert.equal((await t.dump()).must_update, "app");
        },
        served_again: async (t) => {
          await t.begin();
          await t.edit();
          t.server.content.isRefused = true;
          await t.sync();
          t.server.content.isRefused = false;
          await t.synced();
          await t.holds(2);
          assert.equal((await t.dump()).must_update, null);
        },
      },
    },
    {
      id: "CON-12",
      text:
        "A client that holds less than the head's `minimum_version` says that the content must be updated.",
      cases: {
        below: async (t) => {
          await t.begin();
          await t.edit();
          t.server.content.minimumVersion = 2;
          t.server.always("delta", requestLost);
          await t.failed();
          assert.equal((await t.dump()).must_update, "content");
          t.server.heal();
          await t.synced();
          assert.equal((await t.dump()).must_update, null);
        },
        at_it: async (t) => {
          t.server.content.minimumVersion = 1;
          await t.begin();
          assert.equal((await t.dump()).must_update, null);
        },
      },
    },
  ],
};
