// Parts of the content that a client may leave out: verify and repair, bundles, and some domains only.
import assert from "node:assert/strict";
import { type Play, questionId } from "../play.ts";
import { forEach, type Scenario, table, type Theme } from "../requirement.ts";
import { uuid } from "../server/curriculum.ts";
import {
  bareStatus,
  edited,
  refused,
  replyBroken,
  replyCut,
  replyLost,
  requestLost,
} from "../server/faults.ts";

const DAMAGE = {
  question_changed: ["change", [questionId(1)]],
  question_removed: ["remove", [questionId(1)]],
  question_invented: ["invent", [questionId(1)]],
  skill_changed: ["change", [uuid(0, 0)]],
  domain_changed: ["change", [uuid(0)]],
} as const;

type DamageCase = readonly ["change" | "remove" | "invent", readonly string[]];

const damaged = async (t: Play, [how, ids]: DamageCase) => {
  await t.begin();
  await t.send("damage", { how, ids: [...ids] });
};

/** A new client fetches the snapshot from bundles, one of which is not what it should be. */
const bundleFails = (spoil: (t: Play) => void): Scenario => async (t) => {
  t.server.content.isBundled = true;
  await t.publish();
  await t.init();
  spoil(t);
  await t.synced();
  assert.ok(t.server.asked("delta").length > 0, "the domain comes as pages");
  await t.holds(1);
};

const [FIRST, SECOND] = [uuid(0), uuid(1)];

async function holdsDomains(t: Play, version: number, ids: string[]): Promise<void> {
  const { content } = await t.dump();
  const lines = [...t.server.content.linesOf(version, new Set(ids)).values()];
  assert.deepEqual([...content.lines].sort(), lines.sort(), "the rows of the chosen domains");
}

export const cache: Theme = {
  title: "Verify, repair, bundles and domains",
  requirements: [
    {
      id: "VER-1",
      text: "`verify` compares the stored bytes with the published hashes, and finds every kind of damage.",
      needs: ["verify"],
      cases: {
        ...table(DAMAGE as Record<string, DamageCase>, (damage) => async (t) => {
          await damaged(t, damage);
          assert.deepEqual(await t.send("verify", {}), { intact: false });
        }),
        none: async (t) => {
          await t.begin();
          assert.deepEqual(await t.send("verify", {}), { intact: true });
        },
      },
    },
    {
      id: "VER-2",
      text: "Damage is repaired by fetching only the damaged nodes. The whole content is not fetched again.",
      needs: ["verify"],
      cases: table(DAMAGE as Record<string, DamageCase>, (damage) => async (t) => {
        await damaged(t, damage);
        await t.send("verify", {});
        await t.synced();
        await t.holds(1);
        assert.equal(t.server.asked("delta").length, 0, "no download of everything");
        assert.deepEqual(await t.send("verify", {}), { intact: true });
      }),
    },
    {
      id: "VER-3",
      text: "A sync checks a part of the cache by itself, so damage is found without `verify`.",
      needs: ["verify"],
      cases: table(
        { changed: DAMAGE.question_changed, removed: DAMAGE.question_removed } as Record<string, DamageCase>,
        (damage) => async (t) => {
          await damaged(t, damage);
          for (let n = 0; n < 3; n++) await t.synced();
          await t.holds(1);
        },
      ),
    },
    {
      id: "VER-4",
      text:
        "The client reports damage (`mismatch`) and its repair (`repair`). A failed report changes nothing.",
      needs: ["verify"],
      cases: {
        reported: async (t) => {
          await damaged(t, DAMAGE.question_changed);
          await t.send("verify", {});
          await t.synced();
          assert.deepEqual(t.server.content.reports.map(({ kind }) => kind), ["mismatch", "repair"]);
        },
        report_fails: async (t) => {
          await damaged(t, DAMAGE.question_changed);
          await t.send("verify", {});
          t.server.always("report", refused("internal"));
          await t.synced();
          await t.holds(1);
        },
      },
    },
    {
      id: "VER-5",
      text: "Repaired rows are checked like all others. A node that lies is not taken.",
      needs: ["verify"],
      cases: {
        node_lies: async (t) => {
          await damaged(t, DAMAGE.question_changed);
          await t.send("verify", {});
          t.server.always("node", edited("forged", (text) => text.replaceAll("Frage", "Lüge")));
          await t.sync();
          const { content } = await t.dump();
          assert.ok(content.lines.every((line) => !line.includes("Lüge")), "no forged row is shown");
          t.server.heal();
          await t.synced();
          await t.holds(1);
        },
        node_lost: async (t) => {
          await damaged(t, DAMAGE.question_removed);
          await t.send("verify", {});
          t.server.fault("node", requestLost, replyBroken);
          await t.synced();
          await t.holds(1);
        },
      },
    },
    {
      id: "VER-6",
      text: "If most of the cache is damaged, everything is fetched anew.",
      needs: ["verify"],
      cases: table({ changed: "change", removed: "remove" } as const, (how) => async (t) => {
        await t.begin();
        const ids = [...t.server.content.linesOf(1).keys()].map((key) => key.split("/")[1] ?? "");
        await t.send("damage", { how, ids });
        await t.send("verify", {});
        await t.synced();
        await t.holds(1);
      }),
    },
    {
      id: "BUN-1",
      text:
        "A snapshot comes from bundles where the manifest names them. They are fetched without a token's rights being needed.",
      needs: ["bundles"],
      cases: {
        newest: async (t) => {
          t.server.content.isBundled = true;
          await t.publish();
          await t.init();
          await t.synced();
          assert.equal(t.server.asked("bundle").length, 2, "a file a domain");
          assert.equal(t.server.asked("delta").length, 0, "no pages");
          assert.ok(
            t.server.asked("bundle").every(({ headers }) => !headers["authorization"]),
            "no token is sent",
          );
          await t.holds(1);
        },
        an_older_release: async (t) => {
          t.server.content.isBundled = true;
          t.server.content.bundledUntil = 1;
          await t.publish();
          await t.edit();
          await t.init();
          await t.synced();
          await t.synced();
          assert.equal(t.server.asked("bundle").length, 2, "the older release's files");
          await t.holds(2);
        },
      },
    },
    {
      id: "BUN-2",
      text: "A bundle that is missing, cut, broken or another file is replaced by pages.",
      needs: ["bundles"],
      cases: {
        ...forEach(
          [bareStatus(404), bareStatus(403), replyCut, replyBroken, requestLost],
          (fault) => bundleFails((t) => t.server.always("bundle", fault)),
        ),
        another_file: bundleFails((t) =>
          t.server.always("bundle", {
            name: "another file",
            strike: async (work) => {
              const reply = await work();
              const body = new Uint8Array(reply.body as Uint8Array<ArrayBuffer>);
              body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
              return { ...reply, body };
            },
          })
        ),
      },
    },
    {
      id: "DOM-1",
      text: "A client may hold some domains only. Their rows and hashes are checked as for the whole.",
      needs: ["partial"],
      cases: {
        chosen_at_first: async (t) => {
          await t.publish();
          await t.init();
          await t.send("set_domains", { ids: [FIRST] });
          await t.synced();
          await holdsDomains(t, 1, [FIRST]);
        },
        one_less: async (t) => {
          await t.begin();
          await t.send("set_domains", { ids: [FIRST] });
          await holdsDomains(t, 1, [FIRST]);
          await t.synced();
          await holdsDomains(t, 1, [FIRST]);
        },
        one_more: async (t) => {
          await t.publish();
          await t.init();
          await t.send("set_domains", { ids: [SECOND] });
          await t.synced();
          await t.edit();
          await t.send("set_domains", { ids: [FIRST, SECOND] });
          await t.synced();
          await holdsDomains(t, 2, [FIRST, SECOND]);
        },
        all_again: async (t) => {
          await t.publish();
          await t.init();
          await t.send("set_domains", { ids: [SECOND] });
          await t.synced();
          await t.send("set_domains", { ids: null });
          await t.synced();
          await t.holds(1);
        },
        lie_in_one: async (t) => {
          await t.publish();
          await t.init();
          await t.send("set_domains", { ids: [FIRST] });
          const forged = edited("forged", (text) => text.replaceAll("Frage", "Lüge"));
          t.server.always("delta", forged);
          t.server.always("node", forged);
          await t.sync();
          assert.ok(
            (await t.dump()).content.lines.every((line) => !line.includes("Lüge")),
            "no forged row is shown",
          );
          t.server.heal();
          await t.synced();
          await holdsDomains(t, 1, [FIRST]);
        },
        delta_cut: async (t) => {
          await t.publish();
          await t.init();
          await t.send("set_domains", { ids: [FIRST] });
          await t.synced();
          await t.edit();
          t.server.fault("delta", replyLost, replyCut);
          await t.synced();
          await holdsDomains(t, 2, [FIRST]);
        },
      },
    },
  ],
};
