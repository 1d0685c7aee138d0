// Any row that the drafts' constraints let through: once published, every device can read it, in either content schema.
import fc from "fast-check";
import assert from "node:assert/strict";
import { DomainRow, SkillRow } from "../../../client-contract/contract/content.ts";
import { MediaReference, QuestionRow } from "../../../client-contract/contract/question.ts";
import { testDatabase } from "./database.ts";
import { settings } from "./settings.ts";

/** A row for one of the tables; the answer is JSON text, in which 1.0 and 1 are two things. */
interface Draft {
  table: "domain" | "skill" | "question";
  row: Record<string, unknown>;
  answer?: string;
}

/** PostgreSQL's text holds no NUL. */
const held = (text: string) => text.replaceAll("\0", "");
const word = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z]{1,5}$/) },
  fc.constantFrom("", " ", "\n", "\ufeff", "\u2028", '"\\', "🧭", "e\u0301", "NULL", "{}", "<b>"),
  fc.string({ unit: "binary", maxLength: 5 }).map(held),
);
/** Lengths on either side of a limit, in characters of one and of two UTF-16 units. */
const long = (max: number) =>
  fc.record({ unit: fc.constantFrom("x", "🧭", " "), length: fc.constantFrom(max - 1, max, max + 1) })
    .map(({ unit, length }) => unit.repeat(length));
const text = (max: number) => fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: long(max) });

/** Lists as JSON has them, and as PostgreSQL may: with nulls, nested, or counted from elsewhere. */
const list = (of: fc.Arbitrary<string>, min: number, max: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(of, { minLength: min, maxLength: 6 }) },
    fc.constantFrom(max, max + 1).map((length) => Array.from({ length }, (_, n) => `${n}`)),
    fc.constantFrom(
      "{}",
      "{{}}",
      "{NULL}",
      "{a,NULL}",
      "{{a,b}}",
      "{{a,b},{c,NULL}}",
      "{{{a}}}",
      "[0:1]={a,b}",
      "[2:3]={a,b}",
    ),
    fc.constantFrom([], ["a", null], [["a"], ["b"]]),
  );

const answers = {
  single_choice: fc.constantFrom(
    ...[
      '{"choice":0}',
      '{"choice":1}',
      '{"choice":3}',
      '{"choice":1.0}',
      '{"choice":2.00}',
      '{"choice":1e0}',
      '{"choice":-0}',
      '{"choice":19}',
    ],
    ...[
      '{"choice":20}',
      '{"choice":-1}',
      '{"choice":"1"}',
      '{"choice":null}',
      '{"choice":1,"why":2}',
      "{}",
      "[]",
      "1",
    ],
  ),
  multiple_choice: fc.constantFrom(
    ...[
      '{"choices":[0]}',
      '{"choices":[1,0]}',
      '{"choices":[1.0]}',
      '{"choices":[]}',
      '{"choices":[0,0]}',
      '{"choices":[0,0.0]}',
    ],
    ...[
      '{"choices":[null]}',
      '{"choices":[[0]]}',
      '{"choices":0}',
      '{"choices":[20]}',
      '{"choices":{"0":0}}',
      '{"choices":null}',
    ],
  ),
  true_false: fc.constantFrom(
    '{"value":true}',
    '{"value":false}',
    '{"value":null}',
    '{"value":"true"}',
    '{"value":true,"why":null}',
    "{}",
  ),
  numeric: fc.constantFrom(
    ...[
      '{"value":"9.81"}',
      '{"value":"+07","tolerance":"-0"}',
      '{"value":"1","tolerance":null}',
      '{"value":"1\\n"}',
      '{"value":1}',
    ],
    ...[
      '{"value":"1e3"}',
      '{"value":"\u0661"}',
      '{"value":"1","tolerance":"-0.1"}',
      '{"value":"1","tolerance":0}',
      '{"value":null}',
    ],
  ),
  short_text: fc.oneof(
    fc.array(text(200), { maxLength: 3 }).map((accepted) => JSON.stringify({ accepted })),
    fc.constantFrom(
      '{"accepted":[null]}',
      '{"accepted":["a",1]}',
      '{"accepted":[["a"]]}',
      '{"accepted":"a"}',
      '{"accepted":{}}',
      "{}",
    ),
  ),
};

const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("sea/tide.webp", "a", "_a-b.c/9", "a/b/c.tar.gz") },
  fc.constantFrom(
    "",
    "/a",
    "a/",
    "a//b",
    "../a",
    "a/../b",
    "a/.b",
    ".",
    "a b",
    "a\u00a0b",
    "a\ufeffb",
    "a\u2003b",
    "a\u200bb",
    "ä",
    "a\\b",
    "a%2fb",
    "a\n",
  ),
  fc.record({ unit: fc.constantFrom("x", "🧭", "é"), length: fc.constantFrom(250, 251, 500, 501) })
    .map(({ unit, length }) => unit.repeat(length)),
  word,
);
const media = fc.record({
  path,
  bytes: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 9_999_999_999 }) },
    fc.constantFrom(0, -1, 1.5, 1e10, "1", null),
  ),
  sha256: fc.oneof(
    { weight: 5, arbitrary: fc.constant("a".repeat(64)) },
    fc.constantFrom("A".repeat(64), "a".repeat(63), "", null),
  ),
  mime: fc.oneof(
    { weight: 5, arbitrary: fc.constant("image/webp") },
    fc.constantFrom("image", "Image/webp", "a/b;q=1", "a/b\n", 1),
  ),
}, { requiredKeys: ["path", "bytes", "mime", "sha256"] });

const position = fc.constantFrom(0, 1, -1, 2147483647, -2147483648);
const common = {
  title: text(300),
  description: fc.option(text(300)),
  position,
  status: fc.constant("active"),
};
/** Choices that look different, whatever else is in them. */
const differing = fc.array(fc.string({ unit: "grapheme", maxLength: 9 }), { minLength: 2, maxLength: 20 })
  .map((texts) => texts.map((text, place) => `${place}: ${text.replaceAll("\0", "")}`));
const question = fc.constantFrom(...Object.keys(answers) as (keyof typeof answers)[]).chain((type) =>
  fc.record({
    table: fc.constant("question" as const),
    answer: fc.oneof({ weight: 9, arbitrary: answers[type] }, fc.oneof(...Object.values(answers))),
    row: fc.record({
      type: fc.constant(type),
      prompt: text(20_000),
      choices: type === "single_choice" || type === "multiple_choice"
        ? fc.oneof({ weight: 3, arbitrary: differing }, list(text(2000), 2, 20))
        : fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, list(text(2000), 0, 20)),
      explanation: fc.option(text(300)),
      difficulty: fc.constantFrom(null, null, 1, 5, 0, 6),
      tags: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, list(text(60), 0, 20)),
      media: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        fc.array(media, { minLength: 1, maxLength: 2 }),
        fc.constantFrom({}, null, [null], [[]], ["a"], [{}]),
      ),
      position,
      status: fc.constant("active"),
    }),
  })
);
const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 8, arbitrary: question },
  fc.record({ table: fc.constantFrom("domain" as const, "skill" as const), row: fc.record(common) }),
);

const TRY = `
  create function pg_temp.try_draft(p_table text, p_row jsonb, p_answer text) returns boolean language plpgsql as $$
  begin
    if p_answer is not null then
      p_row := p_row || jsonb_build_object('answer', p_answer::jsonb);
    end if;
    execute format('insert into content.%1$I select (jsonb_populate_record(null::content.%1$I, $1)).*', p_table) using p_row;
    return true;
  exception when integrity_constraint_violation or data_exception or syntax_error_or_access_rule_violation then
    return false;
  end $$`;
const DOMAIN = "d0000000-0000-4000-8000-00000000d0d0";
const SKILL = "50000000-0000-4000-8000-00000000d0d0";
const rowOf = { domain: DomainRow, skill: SkillRow, question: QuestionRow } as const;
/** Taken back, so that every run starts from the seed. */
const DONE = new Error("done");

Deno.test("C1, C8, I2: devices can read every draft that the database accepts", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  await fc.assert(
    fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 60, size: "max" }), async (drafts) => {
      await sql.begin(async (tx) => {
        await tx.unsafe(TRY);
        await tx`insert into content.domain (id, key, title) values (${DOMAIN}, 'draft-rows', 'Any')`;
        await tx`insert into content.skill (id, domain_id, key, title) values (${SKILL}, ${DOMAIN}, 'draft-rows', 'Any')`;
        const plain = (skill: string) =>
          tx`insert into content.question (skill_id, key, prompt, choices, answer)
             values (${skill}, 'plain-' || gen_random_uuid(), 'Any', '{a,b}', '{"choice": 0}')`;
        await plain(SKILL);
        /** Rows that were taken, by id. */
        const taken = new Map<string, Draft>();
        for (const one of drafts) {
          const id = crypto.randomUUID();
          const row = { ...one.row, id, key: `row-${id}`, domain_id: DOMAIN, skill_id: SKILL };
          const [answer] = await tx<{ taken: boolean }[]>`
            select pg_temp.try_draft(${one.table}, ${JSON.stringify(row)}::text::jsonb, ${
            one.answer ?? null
          }) as taken`;
          count(`${one.table} ${one.row["type"] ?? ""} ${answer?.taken}`);
          if (!answer?.taken) continue;
          taken.set(id, one);
          if (one.table !== "domain") continue;
          // A domain without a question is not published.
          const skill = crypto.randomUUID();
          await tx`insert into content.skill (id, domain_id, key, title) values (${skill}, ${id}, 'of-' || ${id}, 'Any')`;
          await plain(skill);
        }
        await tx`select public.publish_release()`;
        for (const schema of [1, 2]) {
          const [page] = await tx<{ lines: string[] }[]>`
            select array(select json_array_elements_text(public.content_delta(history => private.history(), since => 1,
              page_rows => 2000, schema => ${schema}::smallint) -> 'lines')) as lines`;
          const lines = new Map((page?.lines ?? []).map((line) => [JSON.parse(line).id, line]));
          for (const [id, { table, row }] of taken) {
            const line = lines.get(id);
            const isServed = schema === 2 || table !== "question" || row["type"] === "single_choice" ||
              row["type"] === "true_false";
            assert.equal(line !== undefined, isServed, `schema ${schema} has ${JSON.stringify(row)}`);
            if (line === undefined) continue;
            const read = rowOf[table].safeParse(JSON.parse(line));
            assert.ok(read.success, `${line}: ${read.error?.message}`);
            // Written as JSON's whole numbers are, which languages stricter than this one insist on.
            assert.doesNotMatch(line, /"choice":\d+[.eE]/);
          }
        }
        throw DONE;
      }).catch((error) => {
        if (error !== DONE) throw error;
      });
    }),
    settings(25),
  );
  for (const kind of ["domain ", "skill ", ...Object.keys(answers).map((type) => `question ${type}`)]) {
    for (const verdict of [true, false]) {
      assert.ok(
        (counts.get(`${kind} ${verdict}`) ?? 0) > 0,
        `no ${kind} was ${verdict ? "taken" : "refused"}`,
      );
    }
  }
});

Deno.test("C1, I2: SQL and the contract accept the same media references", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const verdicts = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(fc.array(media, { minLength: 1, maxLength: 300, size: "max" }), async (references) => {
      const rows = await sql<{ taken: boolean }[]>`
        select private.is_media(jsonb_build_array(m)) as taken
        from jsonb_array_elements(${
        JSON.stringify(references)
      }::text::jsonb) with ordinality e (m, place) order by place`;
      for (const [n, reference] of references.entries()) {
        const { success } = MediaReference.safeParse(reference);
        verdicts.add(success);
        assert.equal(rows[n]?.taken, success, JSON.stringify(reference));
      }
    }),
    settings(20),
  );
  assert.equal(verdicts.size, 2);
});
