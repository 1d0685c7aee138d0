// The figures of instructors against a plain recount of the raw events, after late, repeated and shuffled batches, releases, voids, rebuilds and
// adoptions; and the step by step recount of all learners against the same.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { type Figure, readAnswers, readContent, recountAnswers } from "./cohort_model.ts";
import { ingest, testDatabase } from "./database.ts";
import { fixedAnswer, type HistoryEvent, historyOf } from "./history.ts";
import { type Edit, edits, Releases } from "./releases.ts";
import { settings } from "./settings.ts";

type Step =
  | { do: "send"; learner: number; places: number[] }
  | { do: "void" | "unvoid"; learner: number; pick: number }
  | { do: "rebuild"; learner: number }
  | { do: "publish"; changes: Edit[] };

const learner = fc.nat(3);
const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      learner,
      places: fc.array(pick, { minLength: 1, maxLength: 15 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("void" as const, "void" as const, "unvoid" as const),
      learner,
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const), learner }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("publish" as const), changes: fc.array(edits, { maxLength: 3 }) }),
  },
);

interface Life {
  events: HistoryEvent[];
  steps: Step[];
}

/**
 * A learner answers the first question as it was before the second release, and of its skill the last one beside it. The one who is adopted has
 * an answer of their own, which is voided.
 */
function fullLife(releases: Releases): Life {
  const [first, second, , , last] = releases.curriculum().questions;
  const events = [
    fixedAnswer(0, first?.id, releases.head - 1),
    fixedAnswer(1, last?.id, releases.head),
    fixedAnswer(2, second?.id, releases.head),
  ];
  const steps: Step[] = [
    { do: "send", learner: 0, places: [0, 1] },
    { do: "send", learner: 3, places: [2] },
    { do: "void", learner: 3, pick: 0 },
  ];
  return { events, steps };
}

const sorted = (figures: Map<string, Figure>) =>
  Object.fromEntries([...figures].sort(([a], [b]) => a < b ? -1 : 1));
const figureMap = (rows: readonly { key: string; figure: Figure }[]) =>
  new Map(rows.map(({ key, figure }) => [key, figure]));

/** What the views compute for some learners, all kinds. */
async function figuresOf(sql: postgres.Sql, learners: readonly string[]): Promise<Map<string, Figure>> {
  return figureMap(
    await sql<{ key: string; figure: Figure }[]>`
    select concat_ws(' ', k.kind, f.id, f.version, f.choice) as key,
      json_build_array(f.learners, f.attempts, f.correct, f.first_attempts, f.first_correct, f.succeeded, f.tries, f.outdated, f.skipped) as figure
    from unnest(array['cohort', 'domain', 'skill', 'question', 'revision']) k (kind) cross join lateral private.figures_of(${[
      ...learners,
    ]}::uuid[], k.kind, null) f
    union all
    select concat_ws(' ', 'choice', f.id, f.version, f.choice),
      json_build_array(f.learners, f.attempts, f.correct, f.first_attempts, f.first_correct, f.succeeded, f.tries, f.outdated, f.skipped)
    from private.choices_of(${[...learners]}::uuid[], null, true) f`,
  );
}

Deno.test("O3, I6: the figures of instructors equal a recount of the raw events, whatever arrives late or twice, is voided, rebuilt, published or adopted", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const releases = new Releases("a1200000");
  await releases.publish(sql);
  await releases.publish(sql, [{ do: "answer", n: 0, choice: 2 }, { do: "move", n: 1, to: 0 }, {
    do: "prompt",
    n: 2,
  }]);
  const voided = new Set<string>();
  let [skips, outdated, adopted] = [0, 0, 0];

  const life: fc.Arbitrary<Life> = fc.record({
    events: historyOf(releases.curriculum()),
    steps: fc.array(step, { minLength: 6, maxLength: 25, size: "max" }),
  });
  await fc.assert(
    fc.asyncProperty(life, async ({ events, steps }) => {
      const learners = Array.from({ length: 4 }, () => crypto.randomUUID());
      for (const id of learners) await ingest(sql, id, []);
      const check = async (of: string[], after: string) => {
        const expected = recountAnswers(await readAnswers(sql, of, voided), await readContent(sql));
        assert.deepEqual(sorted(await figuresOf(sql, of)), sorted(expected), `after ${after}`);
        skips += [...expected.values()].reduce((sum, figure) => sum + figure[8], 0);
        outdated += [...expected.values()].reduce((sum, figure) => sum + figure[7], 0);
      };
      for (const now of steps) {
        if (now.do === "publish") {
          await releases.publish(sql, now.changes);
        } else if (now.do === "send") {
          await ingest(
            sql,
            learners[now.learner] ?? "",
            now.places.flatMap((place) => events[place % events.length] ?? []),
          );
        } else if (now.do === "rebuild") {
          await sql`select ops.rebuild_learner(${learners[now.learner] ?? ""})`;
        } else {
          const id = learners[now.learner] ?? "";
          const attempts = await sql<{ uuid: string; ulid: string }[]>`
            select event_id as uuid, private.uuid_to_ulid(event_id) as ulid from learner.attempt where user_id = ${id} order by event_id`;
          const attempt = attempts[now.pick % Math.max(attempts.length, 1)];
          if (!attempt) continue;
          const call = now.do === "void" ? sql`public.support_void` : sql`public.support_unvoid`;
          await sql`select ${call}(${id}, 'attempt', ${attempt.ulid}, 'a friend had the tablet')`;
          if (now.do === "void") voided.add(`${id} ${attempt.uuid}`);
          else voided.delete(`${id} ${attempt.uuid}`);
        }
      }
      await check(learners.slice(0, 3), "all steps");

      // The last learner becomes the first one's account: same ids count once, and voids move along.
      const [account = "", anonymous = ""] = [learners[0], learners[3]];
      await sql`insert into auth.users (id, is_anonymous) values (${account}, false) on conflict do nothing`;
      const had = new Set(
        (await sql<{ id: string }[]>`select event_id as id from learner.event where user_id = ${account}`)
          .map(({ id }) => id),
      );
      await sql`select ops.adopt_learner(${account}, ${anonymous}, 'the same person')`;
      for (const key of [...voided].filter((key) => key.startsWith(anonymous))) {
        const [, id = ""] = key.split(" ");
        voided.delete(key);
        // A void of an attempt that both had is one of the account's attempt now.
        voided.add(`${account} ${id}`);
        adopted += had.has(id) ? 0 : 1;
      }
      await check(learners.slice(0, 3), "an adoption");
    }),
    { ...settings(15), examples: [[fullLife(releases)]] },
  );

  // All learners of all histories, learner by learner.
  await sql`update ops.cohort_setting set recount_every = '1 hour'`;
  for (let counted = 1; counted > 0;) {
    const [row] = await sql<{ counted: number }[]>`select ops.recount_answers(0, false) as counted`;
    counted = row?.counted ?? 0;
  }
  const stored = figureMap(
    await sql<{ key: string; figure: Figure }[]>`
    select concat_ws(' ', f.kind, f.id, f.version, f.choice) as key,
      json_build_array(f.learners, f.attempts, f.correct, f.first_attempts, f.first_correct, f.succeeded, f.tries, f.outdated, f.skipped) as figure
    from ops.answer_figure f join private.answer_pass p on f.pass = p.shown`,
  );
  assert.deepEqual(
    sorted(stored),
    sorted(recountAnswers(await readAnswers(sql, null, voided), await readContent(sql))),
  );
  assert.ok(skips > 0 && outdated > 0 && adopted > 0, `${[skips, outdated, adopted]}`);
});
