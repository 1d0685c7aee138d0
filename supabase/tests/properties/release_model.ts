// A reference model of publishing: what each version must hold, read from the drafts without any of the product's functions.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { hashTree, treeRow } from "../../../client-contract/contract/hash_tree.ts";

/** Rows by `kind id`, each as JSON with sorted keys. */
export type Content = Map<string, string>;

const encoder = new TextEncoder();
/** All domains, where sizes are kept. */
const NIL = "00000000-0000-0000-0000-000000000000";

/** What devices would hold, were the drafts published now. */
export async function activeDrafts(sql: postgres.Sql): Promise<Content> {
  const rows = await sql<{ name: string; content: string }[]>`
    select 'domain ' || d.id as name, jsonb_strip_nulls(to_jsonb(d) - 'status')::text as content
    from content.domain d where d.status = 'active'
    union all
    select 'skill ' || s.id, jsonb_strip_nulls(to_jsonb(s) - 'status')::text from content.skill s where s.status = 'active'
    union all
    select 'question ' || q.id, jsonb_strip_nulls(to_jsonb(q) - 'status'
      - case when q.tags = '{}' then 'tags' else '' end - case when q.choices = '{}' then 'choices' else '' end
      - case when q.media = '[]' then 'media' else '' end || jsonb_build_object('domain_id', s.domain_id)
      -- A release states the rule that grades a short text.
      || case when q.type = 'short_text' then jsonb_build_object('answer', '{"normalisation": 2}'::jsonb || q.answer) else '{}' end)::text
    from content.question q join content.skill s on s.id = q.skill_id where q.status = 'active'`;
  return new Map(rows.map(({ name, content }) => [name, content]));
}

/** The lines that a device gets for a version, snapshot or delta. */
async function served(sql: postgres.Sql, schema: number, since: number, until: number): Promise<string[]> {
  const [row] = await sql<{ delta: { lines: string[]; end: { next: string | null } } }[]>`
    select public.content_delta(history => private.history(), since => ${since}, until => ${until}, page_rows => 2000,
      schema => ${schema}::smallint) as delta`;
  assert.equal(row?.delta.end.next, null);
  return row.delta.lines;
}

/** Asserts that the sizes that pages are chosen by are those of the lines. */
async function assertSizes(
  sql: postgres.Sql,
  schema: number,
  version: number,
  lines: string[],
): Promise<void> {
  const sizes = new Map<string, { rows: number; bytes: number }>();
  for (const line of lines) {
    const { id, domain_id = id } = JSON.parse(line);
    for (const domain of [NIL, domain_id]) {
      const { rows, bytes } = sizes.get(domain) ?? { rows: 0, bytes: 0 };
      sizes.set(domain, { rows: rows + 1, bytes: bytes + encoder.encode(line).length + 1 });
    }
  }
  const kept = await sql<{ domain_id: string; rows: number; bytes: number }[]>`
    select * from (
      select distinct on (domain_id) domain_id, rows, bytes::int from content.release_size
      where schema = ${schema} and version <= ${version} order by domain_id, version desc) z
    where rows <> 0 or bytes <> 0`;
  assert.deepEqual(
    new Map(kept.map(({ domain_id, rows, bytes }) => [domain_id, { rows, bytes }])),
    sizes,
    `sizes of version ${version} in schema ${schema}`,
  );
}

/** Asserts that lines hash to the root that was published for a version. */
async function assertRoot(
  sql: postgres.Sql,
  schema: number,
  version: number,
  lines: string[],
): Promise<void> {
  const rows = lines.map(treeRow);
  const [node] = await sql<{ root: string; rows: number }[]>`
    select encode(hash, 'hex') as root, rows from content.tree_node
    where schema = ${schema} and kind = 'release' and version <= ${version} order by version desc limit 1`;
  assert.equal(rows.length, node?.rows, `rows of version ${version} in schema ${schema}`);
  const { root, orphans } = hashTree(rows);
  assert.deepEqual(orphans, []);
  assert.equal(root, node?.root, `root of version ${version} in schema ${schema}`);
}

/** A row's fields by id, without its version; in the form of schema 1, which does not have every question. */
function asSchema1(lines: string[]): Map<string, unknown> {
  return new Map(lines.flatMap((line): [string, unknown][] => {
    const { version: _version, media: _media, ...row } = JSON.parse(line);
    if (row.kind !== "question" || row.type === "single_choice") return [[row.id, row]];
    if (row.type !== "true_false") return [];
    const answer = { choice: row.answer.value ? 0 : 1 };
    return [[row.id, { ...row, type: "single_choice", choices: ["True", "False"], answer }]];
  }));
}

/**
 * What a version holds, as it is served; asserts that the snapshots of both schemas have the published roots and sizes, and
 * that schema 1 has the same rows, unless it was not written for that version.
 */
export async function contentAt(
  sql: postgres.Sql,
  version: number,
  isInSchema1 = true,
): Promise<Content> {
  const lines = await served(sql, 2, 0, version);
  const older = await served(sql, 1, 0, version);
  for (const [schema, own] of [[2, lines], [1, older]] as const) {
    await assertRoot(sql, schema, version, own);
    await assertSizes(sql, schema, version, own);
  }
  if (isInSchema1) {
    assert.deepEqual(asSchema1(older), asSchema1(lines), `version ${version} in schema 1`);
  }
  const rows = await sql<{ name: string; content: string }[]>`
    select (l::jsonb ->> 'kind') || ' ' || (l::jsonb ->> 'id') as name, (l::jsonb - 'kind' - 'version')::text as content
    from unnest(${lines}::text[]) l`;
  return new Map(rows.map(({ name, content }) => [name, content]));
}
