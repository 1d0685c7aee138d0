// The rows that a file asks for, in temporary tables: as the file has them, then shaped like the drafts' own.
import type postgres from "postgres";
import type { EditWarning } from "../../client-contract/contract/release.ts";
import {
  type Branch,
  type Curriculum,
  curriculumReader,
  ImportRefused,
  type LineProblem,
  type Question,
} from "./curriculum.ts";
import { arrayText, COLUMNS, columnTexts, GIVEN } from "./row_text.ts";

/**
 * Namespace of the ids that derive from keys: `uuid_generate_v5(namespace, 'question:' || key)`, and the same with
 * `domain:` and `skill:`. So one file has the same ids in every database. supabase/seed.sql has it too.
 */
const ID_NAMESPACE = "6f0d6a0e-5c0b-4f3c-9a55-0c6b1f7e2d41";

/** The three kinds of drafts, parents first. */
export const KINDS = ["domain", "skill", "question"] as const;
/** A kind of draft; its table is `content.<kind>`. */
export type Kind = typeof KINDS[number];

/**
 * Rows in one statement, about 0.5 MB. Not COPY: postgres 3.4.9 neither settles nor rolls back a COPY that the
 * server refuses.
 */
const CHUNK = 1_000;

// Named as they are sent; `id` is the one that the key stands for.
const INSERT = `
  insert into pg_temp.import_row
  select extensions.uuid_generate_v5('${ID_NAMESPACE}', 'question:' || r.key), ${
  Object.entries(COLUMNS).map(([name, { as }]) => as ? `r.${name}::${as}` : `r.${name}`).join(", ")
}
  from unnest(${
  Object.values(COLUMNS).map(({ type }, n) => `$${n + 1}::text::${type}[]`).join(", ")
}) as r (${Object.keys(COLUMNS).join(", ")})`;

/** Reads the file into `pg_temp.import_row`; while lines are read, the server stores those before. */
export async function stageLines(
  tx: postgres.TransactionSql,
  lines: Iterable<string | Uint8Array>,
  onProgress: (line: string) => void,
): Promise<Curriculum> {
  await tx`
    create temp table import_row (
      id uuid, key text collate "C", parent text collate "C", place integer, line integer, type text, prompt text,
      choices text[], answer jsonb, given smallint, explanation text, difficulty smallint, tags text[], media jsonb
    ) on commit drop`;
  const reader = curriculumReader();
  let chunk: Question[] = [];
  let staged = 0;
  let underWay: Promise<unknown> = Promise.resolve();

  /** Sends the chunk as soon as the one before is stored; so no more than two are in memory. */
  async function send(): Promise<void> {
    await underWay;
    const query = tx.unsafe(INSERT, columnTexts(chunk)).execute();
    // Whoever awaits it sees it fail; a line that is refused meanwhile must not leave it to nobody.
    query.catch(() => {});
    underWay = query;
    staged += chunk.length;
    chunk = [];
    // Lets it go out, before the next lines are read.
    await new Promise((resolve) => setTimeout(resolve));
    onProgress(`rows staged: ${staged}`);
  }

  for (const line of lines) {
    const question = reader.add(line);
    if (question) chunk.push(question);
    if (chunk.length === CHUNK) await send();
  }
  const curriculum = reader.finish();
  if (chunk.length > 0) await send();
  await underWay;
  return curriculum;
}

async function stageBranches(
  tx: postgres.TransactionSql,
  kind: Kind,
  branches: readonly Branch[],
): Promise<void> {
  const column = (of: (branch: Branch) => string | number | undefined) => arrayText(branches.map(of));
  await tx`
    insert into pg_temp.import_branch
    select ${kind}::text, * from unnest(
      ${column(({ key }) => key)}::text::text[], ${column(({ parent }) => parent)}::text::text[],
      ${column(({ place }) => place)}::text::integer[], ${column(({ line }) => line)}::text::integer[],
      ${column(({ title }) => title)}::text::text[], ${
    column(({ defaultTitle }) => defaultTitle)
  }::text::text[])`;
}

/**
 * The drafts as they shall be, in `pg_temp.import_domain`, `_skill` and `_question`: a draft with the key keeps its
 * id, and whatever the file does not say.
 *
 * A draft keeps its position as long as the file's order agrees with it; else it gets the next one after its
 * predecessor's. So a file that merely lacks some rows of the last one moves nothing: numbering the rows anew would
 * change, and send to every device, all that stand after the first gap. In closed form, for the n-th sibling:
 * n plus the largest (position - n) so far, and at least n.
 */
async function deriveDrafts(tx: postgres.TransactionSql, { domains, skills }: Curriculum): Promise<void> {
  await tx`
    create temp table import_branch (
      kind text, key text collate "C", parent text collate "C", place integer, line integer, title text, default_title text
    ) on commit drop`;
  await stageBranches(tx, "domain", domains);
  await stageBranches(tx, "skill", skills);
  for (const kind of KINDS) {
    await tx.unsafe(`create temp table import_${kind} (like content.${kind}) on commit drop`);
  }
  await tx`
    insert into pg_temp.import_domain (id, key, title, description, position, status)
    select
      coalesce(d.id, extensions.uuid_generate_v5(${ID_NAMESPACE}, 'domain:' || r.key)),
      r.key, coalesce(r.title, d.title, r.default_title), d.description,
      r.place + greatest(0, max(d.position - r.place) over (order by r.place)),
      'active'
    from pg_temp.import_branch r
    left join content.domain d on d.key = r.key
    where r.kind = 'domain'`;
  await tx`
    insert into pg_temp.import_skill (id, domain_id, key, title, description, position, status)
    select
      coalesce(s.id, extensions.uuid_generate_v5(${ID_NAMESPACE}, 'skill:' || r.key)),
      d.id, r.key, coalesce(r.title, s.title, r.default_title), s.description,
      r.place + greatest(0, max(case when s.domain_id = d.id then s.position - r.place end)
        over (partition by r.parent order by r.place)),
      'active'
    from pg_temp.import_branch r
    join pg_temp.import_domain d on d.key = r.parent
    left join content.skill s on s.key = r.key
    where r.kind = 'skill'`;
  const given = (field: keyof typeof GIVEN) => `r.given & ${GIVEN[field]} > 0`;
  await tx.unsafe(`
    insert into pg_temp.import_question (
      id, skill_id, key, type, prompt, choices, answer, explanation, difficulty, tags, media, position, status)
    select
      coalesce(q.id, r.id), s.id, r.key, r.type, r.prompt, r.choices, r.answer,
      case when ${given("explanation")} then r.explanation else q.explanation end,
      case when ${given("difficulty")} then r.difficulty else q.difficulty end,
      coalesce(case when ${given("tags")} then r.tags else q.tags end, '{}'),
      coalesce(case when ${given("media")} then r.media else q.media end, '[]'),
      r.place + greatest(0, max(case when q.skill_id = s.id then q.position - r.place end)
        over (partition by s.id order by r.place)),
      'active'
    from pg_temp.import_row r
    join pg_temp.import_skill s on s.key = r.parent
    left join content.question q on q.key = r.key`);
}

/** A draft whose key was changed by hand still has the id that its old key stands for. */
async function findTakenIds(tx: postgres.TransactionSql): Promise<LineProblem[]> {
  const found: LineProblem[] = [];
  for (const kind of KINDS) {
    const rows = await tx.unsafe<{ line: number; key: string; other: string }[]>(`
      select r.line, r.key, t.key as other
      from pg_temp.import_${kind} w
      join content.${kind} t on t.id = w.id and t.key <> w.key
      join ${kind === "question" ? "pg_temp.import_row" : "pg_temp.import_branch"} r on r.key = w.key
      ${kind === "question" ? "" : `where r.kind = '${kind}'`}
      order by r.line`);
    for (const { line, key, other } of rows) {
      const reason =
        `the id of ${kind} ${key} belongs to ${other}, which was ${key} once; give one of them another key`;
      found.push({ line, reason });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/**
 * Puts the drafts that the staged lines ask for into `pg_temp.import_domain`, `import_skill` and `import_question`.
 * Throws `ImportRefused` where a new key's id is taken. Nobody else may write drafts meanwhile.
 */
export async function stageDrafts(tx: postgres.TransactionSql, curriculum: Curriculum): Promise<void> {
  await deriveDrafts(tx, curriculum);
  const taken = await findTakenIds(tx);
  if (taken.length > 0) throw new ImportRefused(taken);
}

/** The warnings about the staged questions that are new, or that differ from their drafts. */
export async function findEditWarnings(tx: postgres.TransactionSql): Promise<EditWarning[]> {
  await tx`select private.create_edited_question()`;
  const fields = (row: string) =>
    ["prompt", "choices", "answer", "explanation"].map((field) => `'${field}', ${row}.${field}`).join(", ");
  await tx.unsafe(`
    insert into pg_temp.edited_question
    select w.id, w.key, case when t.id is not null then jsonb_build_object(${
    fields("t")
  }) end, jsonb_build_object(${fields("w")})
    from pg_temp.import_question w
    left join content.question t on t.id = w.id
    where t.id is null or (t.*) is distinct from (w.*)`);
  // Without statistics the planner compares every row with every other one.
  await tx`analyze pg_temp.edited_question (id)`;
  const [row] = await tx<{ warnings: EditWarning[] }[]>`select private.edit_warnings() as warnings`;
  return row?.warnings ?? [];
}
