// Content: snapshot, delta and hashes.
import assert from "node:assert/strict";
import { type Play, questionId } from "../play.ts";
import { forEach, table, type Theme } from "../requirement.ts";
import { drafts, question } from "../server/curriculum.ts";
import { edited, refused, replyBroken, replyCut, requestLost } from "../server/faults.ts";

const PROMPTS: Record<string, string> = {
  plain: "What is tide?",
  umlauts: "Größer als «ß»? 🧭",
  line_separators: "One\u2028two\u2029three",
  quotes: 'A "quoted" \\ text\twith a tab',
  long: "x".repeat(5000),
};

const put = (t: Play, n: number, prompt?: string) => {
  const row = question(0, 0, n, prompt);
  t.drafts.set(`question/${row.id}`, row);
};

const CHANGES: Record<string, (t: Play) => void> = {
  changed: (t) => put(t, 0, "Another text?"),
  added: (t) => put(t, 7),
  removed: (t) => void t.drafts.delete(`question/${questionId(1)}`),
  all_three: (t) => {
    put(t, 0, "Another text?");
    put(t, 7);
    t.drafts.delete(`question/${questionId(1)}`);
  },
  skill_removed: (t) => {
    for (const [key, row] of t.drafts) {
      if (row.kind !== "domain" && "skill_id" in row && row.skill_id.startsWith("00020000")) {
        t.drafts.delete(key);
      }
      if (row.kind === "skill" && row.id.startsWith("00020000")) t.drafts.delete(key);
    }
  },
  domain_added: (t) => {
    for (const [key, row] of drafts(3, 1, 1)) if (!t.drafts.has(key)) t.drafts.set(key, row);
  },
  nothing_but_the_version: (t) => {
    const row = t.drafts.get(`question/${questionId(2)}`);
    if (row) t.drafts.set(`question/${questionId(2)}`, { ...row, position: 9 });
  },
};

export const content: Theme = {
  title: "Content",
  requirements: [
    {
      id: "CON-1",
      text: "A new client fetches the snapshot (`since=0`), and keeps each row's line exactly as it came.",
      cases: table(PROMPTS, (prompt) => async (t) => {
        put(t, 0, prompt);
        await t.publish();
        await t.init();
        await t.synced();
        assert.equal(t.server.asked("delta")[0]?.query.get("since") ?? "0", "0");
        await t.holds(1);
      }),
    },
    {
      id: "CON-2",
      text:
        "A client that holds a version fetches the delta from it, and then holds exactly the new version.",
      cases: {
        ...table(CHANGES, (change) => async (t) => {
          await t.begin();
          change(t);
          await t.publish();
          await t.synced();
          assert.equal(
            t.server.asked("delta")[0]?.query.get("since"),
            "1",
            "the delta is from the held version",
          );
          await t.holds(2);
        }),
        several_versions: async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) await t.edit(n);
          await t.synced();
          await t.holds(4);
        },
      },
    },
    {
      id: "CON-3",
      text:
        "All pages of a delta take effect together, or none. Until then the client shows the version that it held.",
      cases: {
        ...forEach([requestLost, replyBroken, replyCut, refused("overloaded")], (fault) => async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) put(t, n, `New ${n}?`);
          await t.publish();
          t.server.content.pageRows = 1;
          let asked = 0;
          t.server.onRequest = ({ endpoint }) => {
            if (endpoint === "delta" && ++asked === 2) t.server.always("delta", fault);
          };
          await t.failed();
          await t.holds(1);
          t.server.onRequest = () => {};
          t.server.heal();
          await t.synced();
          await t.holds(2);
        }),
        killed: async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) put(t, n, `New ${n}?`);
          await t.publish();
          t.server.content.pageRows = 1;
          await t.killedAt("delta", "after", 2);
          await t.restart();
          await t.holds(1);
          await t.synced();
          await t.holds(2);
        },
      },
    },
    {
      id: "CON-4",
      text:
        "A page without its `end` line was cut off. The client requests it again, with the same parameters.",
      cases: {
        first_page: async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault("delta", replyCut);
          await t.synced();
          const [first, second] = t.server.asked("delta");
          assert.equal(`${second?.query}`, `${first?.query}`, "the same request");
          await t.holds(2);
        },
        end_line_lost: async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault("delta", edited("no end", (text) => text.replace(/\{"kind":"end".*\n/, "")));
          await t.synced();
          await t.holds(2);
        },
        wrong_count: async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault(
            "delta",
            edited("a line lost", (text) => text.replace(/\{"kind":"question".*\n/, "")),
          );
          await t.synced();
          await t.holds(2);
        },
      },
    },
    {
      id: "CON-5",
      text:
        "Further pages are requested with the same parameters and the `next` of the page before, as it came.",
      cases: table({ one_row: 1, three_rows: 3 }, (pageRows) => async (t) => {
        await t.publish();
        t.server.content.pageRows = pageRows;
        await t.init();
        await t.synced();
        const pages = t.server.asked("delta").map(({ query }) => query);
        assert.deepEqual(
          pages.map((query) => Number(query.get("after") ?? 0)),
          pages.map((_, n) => n * pageRows),
        );
        await t.holds(1);
      }),
    },
    {
      id: "CON-6",
      text: 'A page that says `"since":0` is a snapshot. It replaces everything that was held.',
      cases: table(
        {
          removed: ["removed", 1000],
          all_three: ["all_three", 1000],
          in_pages: ["all_three", 2],
        } satisfies Record<string, [string, number]>,
        ([change, pageRows]) => async (t) => {
          await t.begin();
          CHANGES[change]?.(t);
          await t.publish();
          t.server.content.prefersSnapshots = true;
          t.server.content.pageRows = pageRows;
          await t.synced();
          await t.holds(2);
        },
      ),
    },
    {
      id: "CON-7",
      text:
        "After `history_changed`, `cursor_ahead` or `cursor_too_old` the client starts over from `since=0`. It keeps the old copy until the new one is whole.",
      cases: {
        ...table(
          {
            history_changed: "history_changed",
            cursor_ahead: "cursor_ahead",
            cursor_too_old: "cursor_too_old",
          } as const,
          (code) => async (t) => {
            await t.begin();
            await t.edit();
            t.server.fault("delta", refused(code));
            await t.synced();
            assert.equal(t.server.asked("delta").at(-1)?.query.get("since") ?? "0", "0");
            await t.holds(2);
          },
        ),
        horizon: async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) await t.edit(n);
          t.server.content.horizon = 3;
          await t.synced();
          await t.holds(4);
        },
        between_two_pages: async (t) => {
          await t.begin();
          for (let n = 0; n < 3; n++) put(t, n, `New ${n}?`);
          await t.publish();
          t.server.content.pageRows = 1;
          let asked = 0;
          t.server.onRequest = ({ endpoint }) => {
            if (endpoint === "delta" && ++asked === 1) t.server.fault("delta", refused("history_changed"));
          };
          await t.synced();
          await t.holds(2);
        },
        old_copy_stays: async (t) => {
          await t.begin();
          await t.edit();
          t.server.fault("delta", refused("cursor_too_old"));
          t.server.always("delta", requestLost);
          await t.failed();
          await t.holds(1);
        },
      },
    },
  ],
};
