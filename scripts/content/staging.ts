// The rows that a file asks for, in temporary tables shaped like the drafts' own.
import type postgres from "postgres";
import {
  type Branch,
  type Curriculum,
  ImportRefused,
  type LineProblem,
  type Question,
} from "./curriculum.ts";
import { answerKeyOf, type Line } from "./line.ts";

/**
 * Namespace of the ids that derive from keys: `uuid_generate_v5(namespace, 'question:' || key)`, and the same with
 * `domain:` and `skill:`. So one file has the same ids in every database. supabase/seed.sql has it too.
 */
export const ID_NAMESPACE = "6f0d6a0e-5c0b-4f3c-9a55-0c6b1f7e2d41";

/** The three kinds of drafts, parents first. */
export const KINDS = ["domain", "skill", "question"] as const;
/** A kind of draft; its table is `content.<kind>`. */
export type Kind = typeof KINDS[number];

/**
 * Rows in one statement, about 0.5 MB. Not COPY: postgres 3.4.9 neither settles nor rolls back a COPY that the
 * server refuses, and 5,700 rows take 0.15 s this way.
 */
const CHUNK = 1_000;

interface StagedRow {
  kind: Kind;
  key: string;
  parent: string;
  place: number;
  line: number;
  fields: BranchFields | QuestionFields;
}

/** A field that is absent keeps what the draft has. */
type BranchFields = { title?: string; defaultTitle: string };
type QuestionFields =
  & Pick<Line, "type" | "question" | "choices" | "explanation" | "difficulty" | "tags" | "media">
  & { answer: unknown };

function branchRow(kind: Kind, { key, parent, place, line, title, defaultTitle }: Branch): StagedRow {
  return { kind, key, parent, place, line, fields: { title, defaultTitle } };
}

function questionRow({ key, parent, place, line, content }: Question): StagedRow {
  const { type = "single_choice", question, choices = [], explanation, difficulty, tags, media } = content;
  const answer = answerKeyOf(content);
  const fields = { type, question, choices, answer, explanation, difficulty, tags, media };
  return { kind: "question", key, parent, place, line, fields };
}

/** The file's rows as they are, in `pg_temp.import_row`. */
async function sendRows(
  tx: postgres.TransactionSql,
  curriculum: Curriculum,
  onProgress: (line: string) => void,
): Promise<void> {
  await tx`
    create temp table import_row (
      kind text, key text, parent text, place integer, line integer, fields jsonb, primary key (kind, key)
    ) on commit drop`;
  const rows = [
    ...curriculum.domains.map((domain) => branchRow("domain", domain)),
    ...curriculum.skills.map((skill) => branchRow("skill", skill)),
    ...curriculum.questions.map(questionRow),
  ];
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = JSON.stringify(rows.slice(start, start + CHUNK));
    await tx`
      insert into pg_temp.import_row
      select r.* from jsonb_to_recordset(${chunk}::text::jsonb)
        as r (kind text, key text, parent text, place integer, line integer, fields jsonb)`;
    onProgress(`rows staged: ${Math.min(start + CHUNK, rows.length)} of ${rows.length}`);
  }
  await tx`analyze pg_temp.import_row`;
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
async function deriveDrafts(tx: postgres.TransactionSql): Promise<void> {
  for (const kind of KINDS) {
    await tx.unsafe(`create temp table import_${kind} (like content.${kind}) on commit drop`);
  }
  await tx`
    insert into pg_temp.import_domain (id, key, title, description, position, status)
    select
      coalesce(d.id, extensions.uuid_generate_v5(${ID_NAMESPACE}, 'domain:' || r.key)),
      r.key, coalesce(r.fields ->> 'title', d.title, r.fields ->> 'defaultTitle'), d.description,
      r.place + greatest(0, max(d.position - r.place) over (order by r.place)),
      'active'
    from pg_temp.import_row r
    left join content.domain d on d.key = r.key
    where r.kind = 'domain'`;
  await tx`
    insert into pg_temp.import_skill (id, domain_id, key, title, description, position, status)
    select
      coalesce(s.id, extensions.uuid_generate_v5(${ID_NAMESPACE}, 'skill:' || r.key)),
      d.id, r.key, coalesce(r.fields ->> 'title', s.title, r.fields ->> 'defaultTitle'), s.description,
      r.place + greatest(0, max(case when s.domain_id = d.id then s.position - r.place end)
        over (partition by r.parent order by r.place)),
      'active'
    from pg_temp.import_row r
    join pg_temp.import_domain d on d.key = r.parent
    left join content.skill s on s.key = r.key
    where r.kind = 'skill'`;
  await tx`
    insert into pg_temp.import_question (
      id, skill_id, key, type, prompt, choices, answer, explanation, difficulty, tags, media, position, status)
    select
      coalesce(q.id, extensions.uuid_generate_v5(${ID_NAMESPACE}, 'question:' || r.key)),
      s.id, r.key, r.fields ->> 'type', r.fields ->> 'question',
      array(select c.value from jsonb_array_elements_text(r.fields -> 'choices') with ordinality c order by c.ordinality),
      r.fields -> 'answer',
      case when r.fields ? 'explanation' then r.fields ->> 'explanation' else q.explanation end,
      case when r.fields ? 'difficulty' then (r.fields ->> 'difficulty')::smallint else q.difficulty end,
      case
        when r.fields ? 'tags' then
          array(select t.value from jsonb_array_elements_text(nullif(r.fields -> 'tags', 'null')) with ordinality t order by t.ordinality)
        else coalesce(q.tags, '{}')
      end,
      coalesce(case when r.fields ? 'media' then nullif(r.fields -> 'media', 'null') else q.media end, '[]'),
      r.place + greatest(0, max(case when q.skill_id = s.id then q.position - r.place end)
        over (partition by r.parent order by r.place)),
      'active'
    from pg_temp.import_row r
    join pg_temp.import_skill s on s.key = r.parent
    left join content.question q on q.key = r.key
    where r.kind = 'question'`;
}

/** A draft whose key was changed by hand still has the id that its old key stands for. */
async function findTakenIds(tx: postgres.TransactionSql): Promise<LineProblem[]> {
  const found: LineProblem[] = [];
  for (const kind of KINDS) {
    const rows = await tx.unsafe<{ line: number; key: string; other: string }[]>(`
      select r.line, r.key, t.key as other
      from pg_temp.import_${kind} w
      join content.${kind} t on t.id = w.id and t.key <> w.key
      join pg_temp.import_row r on r.kind = '${kind}' and r.key = w.key
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
 * Puts the drafts that a file asks for into `pg_temp.import_domain`, `import_skill` and `import_question`. Throws
 * `ImportRefused` where a new key's id is taken.
 */
export async function stage(
  tx: postgres.TransactionSql,
  curriculum: Curriculum,
  onProgress: (line: string) => void,
): Promise<void> {
  await sendRows(tx, curriculum, onProgress);
  await deriveDrafts(tx);
  const taken = await findTakenIds(tx);
  if (taken.length > 0) throw new ImportRefused(taken);
}
