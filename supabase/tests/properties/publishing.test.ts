// Any sequence of edits, publishes, roll-backs and schedules: every version serves what the model says, for good.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { testDatabase } from "./database.ts";
import { activeDrafts, type Content, contentAt } from "./release_model.ts";
import { settings } from "./settings.ts";

type Kind = "domain" | "skill" | "question";

/** What instructors do to drafts; numbers choose rows, whatever there is. */
type Change =
  | { do: "edit"; kind: Kind; row: number; text: string }
  | { do: "status"; kind: Kind; row: number; status: string }
  | { do: "move"; kind: "skill" | "question"; row: number; to: number }
  | { do: "type"; row: number; type: number }
  | { do: "swap"; row: number; other: number }
  | { do: "add"; kind: "question" | "skill"; to: number }
  | { do: "remove"; row: number };

/** One step. `away`: schema 1 is retired, something is published, and it comes back. */
type Step =
  | Change
  | { do: "away"; changes: Change[] }
  | { do: "publish" }
  | { do: "schedule"; editBefore: boolean }
  | { do: "rollback"; to: number };

const row = fc.nat(200);
const kind = fc.constantFrom<Kind>("domain", "skill", "question", "question");
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("edit" as const),
      kind,
      row,
      text: fc.oneof(
        fc.stringMatching(/^[a-z]{1,4}$/),
        fc.constantFrom("e\u0301🧭", '"\\\u2028', "<b>\t€\r\n"),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("status" as const),
      kind,
      row,
      status: fc.constantFrom("active", "active", "withdrawn", "draft"),
    }),
  },
  fc.record({ do: fc.constant("move" as const), kind: fc.constantFrom("skill", "question"), row, to: row }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("type" as const), row, type: fc.nat(4) }) },
  fc.record({ do: fc.constant("swap" as const), row, other: row }),
  fc.record({ do: fc.constant("add" as const), kind: fc.constantFrom("question", "skill"), to: row }),
  fc.record({ do: fc.constant("remove" as const), row }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 11, arbitrary: change },
  fc.record({ do: fc.constant("away" as const), changes: fc.array(change, { maxLength: 4 }) }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish" as const) }) },
  fc.record({ do: fc.constant("schedule" as const), editBefore: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rollback" as const), to: row }) },
);

/** Each outcome of the test's last lines at least once, which 15 histories by chance do not promise. */
const EVERY_OUTCOME: Step[] = [
  { do: "add", kind: "question", to: 0 },
  { do: "publish" },
  { do: "status", kind: "domain", row: 0, status: "withdrawn" },
  { do: "publish" },
  { do: "add", kind: "question", to: 0 },
  { do: "schedule", editBefore: false },
  { do: "add", kind: "question", to: 0 },
  { do: "schedule", editBefore: true },
  { do: "rollback", to: 0 },
  {
    do: "away",
    changes: [{ do: "type", row: 5, type: 3 }, { do: "edit", kind: "question", row: 6, text: "away" }],
  },
];

/** The schemas' texts differ, or one has none, and are alike again: each once took the other's bytes off its size. */
const APART_AND_TOGETHER: Step[] = [
  { do: "type", row: 5, type: 3 },
  { do: "type", row: 6, type: 2 },
  { do: "publish" },
  { do: "rollback", to: 0 },
];

const SHAPES = [
  ["single_choice", ["a", "b"], { choice: 1 }],
  ["multiple_choice", ["a", "b", "c"], { choices: [0, 2] }],
  ["true_false", [], { value: true }],
  ["numeric", [], { value: "9.81", tolerance: "0.01" }],
  ["short_text", [], { accepted: ["Yes", 'yeah: "so"'] }],
] as const;

/** The n-th row of a kind, around the end to the first. */
const pick = (sql: postgres.Sql, of: Kind, n: number) =>
  sql`(select id from content.${sql(of)} order by id offset ${n} % (select count(*) from content.${
    sql(of)
  }) limit 1)`;

async function edit(sql: postgres.Sql, step: Change): Promise<void> {
  switch (step.do) {
    case "edit":
      if (step.kind === "question") {
        await sql`update content.question set prompt = ${step.text} where id = ${
          pick(sql, "question", step.row)
        }`;
      } else {await sql`update content.${sql(step.kind)} set title = ${step.text} where id = ${
          pick(sql, step.kind, step.row)
        }`;}
      return;
    case "status":
      await sql`update content.${sql(step.kind)} set status = ${step.status} where id = ${
        pick(sql, step.kind, step.row)
      }`;
      return;
    case "move":
      if (step.kind === "skill") {
        await sql`update content.skill set domain_id = ${pick(sql, "domain", step.to)} where id = ${
          pick(sql, "skill", step.row)
        }`;
      } else {
        await sql`update content.question set skill_id = ${pick(sql, "skill", step.to)} where id = ${
          pick(sql, "question", step.row)
        }`;
      }
      return;
    case "type": {
      const [type, choices, answer] = SHAPES[step.type] ?? SHAPES[0];
      await sql`
        update content.question set type = ${type}, choices = ${[...choices]}::text[], answer = ${
        JSON.stringify(answer)
      }::text::jsonb
        where id = ${pick(sql, "question", step.row)}`;
      return;
    }
    case "swap":
      await sql.begin(async (tx) => {
        const two = await tx<{ id: string; key: string }[]>`
          select id, key from content.question where id in (${pick(sql, "question", step.row)}, ${
          pick(sql, "question", step.other)
        })`;
        const [a, b] = two;
        if (!a || !b) return;
        await tx`update content.question set key = 'between' where id = ${a.id}`;
        await tx`update content.question set key = ${a.key} where id = ${b.id}`;
        await tx`update content.question set key = ${b.key} where id = ${a.id}`;
      });
      return;
    case "add":
      if (step.kind === "skill") {
        await sql`insert into content.skill (domain_id, key, title) select ${
          pick(sql, "domain", step.to)
        }, 'new/' || gen_random_uuid(), 'New'`;
      } else {
        await sql`insert into content.question (skill_id, key, prompt, choices, answer)
          select ${
          pick(sql, "skill", step.to)
        }, 'new/' || gen_random_uuid(), 'New', '{a,b}', '{"choice": 0}'`;
      }
      return;
    case "remove":
      await sql`delete from content.question where id = ${pick(sql, "question", step.row)}`;
  }
}

/** What kept a statement from being done, if it was one of these. */
async function refused(run: Promise<unknown>, ...codes: string[]): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && codes.includes(String(error.code))) {
      return String(error.code);
    }
    throw error;
  }
}

const headOf = async (sql: postgres.Sql) =>
  Number((await sql`select max(version) as version from content.release`)[0]?.version);

Deno.test("C5, C8, I2, I3, I12: every version serves what was published, whatever follows", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const model = new Map<number, Content>([[1, await activeDrafts(sql)]]);
  /** Versions that schema 1 was not written for. */
  const away = new Set<number>();
  const done = new Map<string, number>();
  const count = (what: string) => done.set(what, (done.get(what) ?? 0) + 1);

  async function release(drafts: Content, refusal: string | undefined, what: string) {
    const head = await headOf(sql);
    if (refusal !== undefined) {
      count(`${what} ${refusal}`);
      assert.ok(model.has(head), "a refusal publishes nothing");
      // Drafts that can't be published would end the story here.
      await sql`select public.rollback_release(${head})`;
      assert.deepEqual(await activeDrafts(sql), model.get(head), "the head's drafts are back");
      return;
    }
    if (model.has(head)) {
      assert.deepEqual(drafts, model.get(head), "nothing was published, for there was nothing");
    } else count(what);
    model.set(head, drafts);
    assert.deepEqual(await contentAt(sql, head, !away.has(head)), drafts, `version ${head}`);
  }
  const publish = () => refused(sql`select public.publish_release(force => true)`, "CR005");

  async function take(step: Step) {
    switch (step.do) {
      case "publish":
        return await release(await activeDrafts(sql), await publish(), "publish");
      case "away": {
        const before = await headOf(sql);
        await sql`update content.schema set state = 'retired' where schema = 1`;
        for (const change of step.changes) await refused(edit(sql, change), "23503");
        const drafts = await activeDrafts(sql);
        await publish();
        const head = await headOf(sql);
        if (head > before) {
          model.set(head, drafts);
          away.add(head);
        }
        await sql`update content.schema set state = 'previous' where schema = 1`;
        await sql`select ops.mark_all_drafts()`;
        return await release(drafts, await publish(), "away");
      }
      case "rollback": {
        const head = await headOf(sql);
        const to = step.to % head + 1;
        await sql`select public.rollback_release(${to}, force => true)`;
        const drafts = await activeDrafts(sql);
        assert.deepEqual(drafts, model.get(to), `drafts are those of version ${to}`);
        return await release(drafts, undefined, "rollback");
      }
      case "schedule": {
        const drafts = await activeDrafts(sql);
        const [preview] = await sql<{ hash: string }[]>`select public.preview_release(0) ->> 'hash' as hash`;
        const refusal = await refused(
          sql`select public.schedule_release(now(), ${preview?.hash ?? ""}, force => true)`,
          ...["CR005", "CR032"],
        );
        if (refusal !== undefined) return count(`schedule ${refusal}`);
        if (step.editBefore) await edit(sql, { do: "add", kind: "question", to: 0 });
        const head = await headOf(sql);
        const [ran] = await sql<{ version: number | null }[]>`select ops.run_due_schedule() as version`;
        assert.equal(ran?.version, step.editBefore ? null : head + 1);
        if (!step.editBefore) return await release(drafts, undefined, "schedule");
        assert.equal(await headOf(sql), head, "moved drafts are not published");
        return count("schedule failed");
      }
      default:
        count(step.do);
        await refused(edit(sql, step), "23503");
    }
  }

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25, size: "max" }), async (steps) => {
      for (const step of steps) await take(step);
    }),
    { ...settings(15), examples: [[EVERY_OUTCOME], [APART_AND_TOGETHER]] },
  );
  for (const [version, content] of model) {
    assert.deepEqual(
      await contentAt(sql, version, !away.has(version)),
      content,
      `version ${version}, at the end`,
    );
  }
  assert.deepEqual([...model.keys()].sort((a, b) => a - b), Array.from(model, (_, i) => i + 1), "no gaps");
  for (const what of ["publish", "publish CR005", "rollback", "schedule", "schedule failed", "away"]) {
    assert.ok((done.get(what) ?? 0) > 0, `no ${what} took place`);
  }
});
