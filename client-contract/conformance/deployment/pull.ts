// What a server answers to pulls, and to whom it answers.
import assert from "node:assert/strict";
import { MAX_PULL_CHANGES } from "../../contract/limits.ts";
import type { ChangesPage, SkillProgressRow } from "../../contract/changes.ts";
import { table, type Theme } from "../requirement.ts";
import type { Probe } from "./probe.ts";

async function page(t: Probe, query: Record<string, string | number> = {}): Promise<ChangesPage> {
  const answer = await t.pull(query);
  assert.ok("changes" in answer, JSON.stringify(answer));
  return answer;
}

/** Everything from a cursor on. */
async function all(t: Probe, query: Record<string, string | number> = {}) {
  const changes = [];
  for (let next = query;;) {
    const { changes: more, cursor, more: goesOn } = await page(t, next);
    changes.push(...more);
    if (!goesOn) return { changes, cursor };
    next = { ...query, cursor };
  }
}

async function progressIn(t: Probe, skill: string): Promise<SkillProgressRow | undefined> {
  const { changes } = await all(t);
  return changes.flatMap((change) =>
    change.kind === "skill_progress" && change.row.skill_id === skill ? [change.row] : []
  )[0];
}

/** Starts over in the first skill: what earlier cases and runs did there no longer counts. */
async function startOver(t: Probe): Promise<{ count: number; event: string }> {
  const count = ((await progressIn(t, t.skill()))?.reset_count ?? 0) + 1;
  const line = t.event("progress.reset", { skill_id: t.skill(), count, base: null });
  assert.deepEqual(await t.statuses([line]), ["applied"]);
  return { count, event: JSON.parse(line).id };
}

export const pull: Theme<Probe> = {
  title: "Server: pulls and errors",
  requirements: [
    {
      id: "SPL-1",
      text:
        "A pull with the batch's token as `at_least` contains the batch. From its cursor on there are only changes.",
      cases: {
        contains_the_batch: async (t) => {
          const { cursor } = await all(t);
          const skill = t.skill();
          const { batch } = await t.push([t.advance(skill, 7)]);
          const { changes } = await all(t, { cursor, at_least: batch.token });
          assert.ok(
            changes.some((change) => change.kind === "skill_progress" && change.row.skill_id === skill),
          );
        },
        in_one_round_trip: async (t) => {
          const { cursor } = await all(t);
          const skill = t.skill();
          const { pull: answer } = await t.push([t.advance(skill, 7)], { pull: { cursor } });
          assert.ok(answer !== null && "changes" in answer);
          assert.ok(
            answer.changes.some((change) =>
              change.kind === "skill_progress" && change.row.skill_id === skill
            ),
          );
        },
        nothing_new: async (t) => {
          const { cursor } = await all(t);
          const next = await page(t, { cursor });
          assert.deepEqual([next.changes, next.more, next.cursor], [[], false, cursor]);
        },
        only_changes: async (t) => {
          await t.push([t.advance(t.skill(1), 7)]);
          const { cursor } = await all(t);
          const skill = t.skill();
          await t.push([t.advance(skill, 9)]);
          const rows = (await all(t, { cursor })).changes.filter(({ kind }) => kind === "skill_progress");
          assert.equal(rows.length, 1, "the changed row alone");
        },
        page_by_page: async (t) => {
          const { cursor } = await all(t);
          const skills = [0, 1, 2].map((n) => t.skill(n));
          await t.push(skills.map((skill) => t.advance(skill, 5)));
          const { changes } = await all(t, { cursor, limit: 1 });
          const pulled = changes.flatMap((change) =>
            change.kind === "skill_progress" ? [change.row.skill_id] : []
          );
          assert.deepEqual(pulled.sort(), skills.sort(), "every row once");
        },
      },
    },
    {
      id: "SPL-2",
      text: "A cursor that is of no use is answered with a reset, and never with wrong rows.",
      cases: table<[string, string], Probe>(
        {
          garbage: ["hello", "cursor_invalid"],
          another_history: ["0123456789abcdef.1", "history_changed"],
        },
        ([cursor, reset]) => async (t) => {
          assert.equal((await t.pull({ cursor }) as { reset?: string }).reset, reset);
          const { pull: answer } = await t.push([], { pull: { cursor } });
          assert.deepEqual(answer, { reset });
        },
      ),
    },
    {
      id: "SPL-3",
      text: "`limit` has its range.",
      cases: table<number, Probe>({ none: 0, too_many: MAX_PULL_CHANGES + 1 }, (limit) => async (t) => {
        await t.refused("malformed_request", `sync?limit=${limit}`);
      }),
    },
    {
      id: "SPL-4",
      text:
        "Progress never goes back: mastery is a maximum, completed questions a union, and a reset starts over.",
      cases: {
        maximum: async (t) => {
          const reset = await startOver(t);
          await t.push([t.advance(t.skill(), 50, { reset })]);
          await t.push([t.advance(t.skill(), 30, { reset })]);
          assert.equal((await progressIn(t, t.skill()))?.mastery, 50);
        },
        union: async (t) => {
          const reset = await startOver(t);
          const [one = "", two = ""] = t.questions;
          for (const id of [one, two]) await t.push([t.advance(t.skill(), 1, { completed: [id], reset })]);
          assert.deepEqual((await progressIn(t, t.skill()))?.completed, [one, two].sort());
        },
        reset: async (t) => {
          const before = await startOver(t);
          const late = t.advance(t.skill(), 90, { reset: before });
          await t.push([t.advance(t.skill(), 50, { reset: before })]);
          const { count } = await startOver(t);
          await t.push([late]);
          const row = await progressIn(t, t.skill());
          assert.deepEqual(
            [row?.mastery, row?.reset_count],
            [0, count],
            "a late event of before the reset does not count",
          );
        },
      },
    },
    {
      id: "SER-1",
      text: "Errors are problem details with a code of the registry. Every answer has an `x-request-id`.",
      cases: {
        ...table<string, Probe>({
          push: "sync",
          head: "content/head?schema=2",
          delta: "content/delta?schema=2&since=0",
        }, (path) => async (t) => {
          const body = path === "sync"
            ? { body: t.batch([]), headers: { "content-type": "application/x-ndjson" } }
            : {};
          const { status } = await t.ask(path, { ...body, token: null });
          assert.equal(status, 401);
        }),
        unknown_path: async (t) => {
          await t.refused("not_found", "content/nowhere");
        },
        method: async (t) => {
          await t.refused("method_not_allowed", "content/head", { method: "PUT", body: "{}" });
        },
        own_request_id: async (t) => {
          const id = crypto.randomUUID();
          const { headers } = await t.ask("content/head?schema=2", { headers: { "x-request-id": id } });
          assert.equal(headers.get("x-request-id"), id);
        },
      },
    },
  ],
};
