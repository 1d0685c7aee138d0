// What the property test of bundles is made of: edits of the drafts, a store in memory that kills its workers, and
// what a bundle should hold, computed from the revisions and the hash tree alone.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import postgres from "postgres";
import type { BundleStore } from "../../functions/bundle/store.ts";

/** An edit of the drafts; the numbers pick rows in the order of their ids. */
export const edit = fc.oneof(
  fc.record({ kind: fc.constant("prompt"), row: fc.nat(59), to: fc.nat(9) }),
  fc.record({ kind: fc.constant("status"), row: fc.nat(59), to: fc.nat(1) }),
  fc.record({ kind: fc.constant("move question"), row: fc.nat(59), to: fc.nat(8) }),
  fc.record({ kind: fc.constant("move skill"), row: fc.nat(8), to: fc.nat(2) }),
  fc.record({ kind: fc.constant("title"), row: fc.nat(2), to: fc.nat(9) }),
  fc.record({ kind: fc.constant("answer"), row: fc.nat(59), to: fc.nat(1) }),
);
/** One edit. */
export interface Edit {
  kind: string;
  row: number;
  to: number;
}

async function apply(sql: postgres.TransactionSql, { kind, row, to }: Edit): Promise<void> {
  const domain = (n: number) => sql`(select id from content.domain order by id offset ${n} limit 1)`;
  const skill = (n: number) => sql`(select id from content.skill order by id offset ${n} limit 1)`;
  const question = sql`(select id from content.question order by id offset ${row} limit 1)`;
  if (kind === "prompt") {
    await sql`update content.question set prompt = ${`Prompt ${"🧭".repeat(to)}`} where id = ${question}`;
  } else if (kind === "status") {
    const status = to === 0 ? "withdrawn" : "active";
    await sql`update content.question set status = ${status} where id = ${question}`;
  } else if (kind === "move question") {
    await sql`update content.question set skill_id = ${skill(to)} where id = ${question}`;
  } else if (kind === "move skill") {
    await sql`update content.skill set domain_id = ${domain(to)} where id = ${skill(row)}`;
  } else if (kind === "answer") {
    await sql`update content.question set answer = ${`{"choice": ${to}}`}::text::jsonb
      where id = ${question} and type = 'single_choice'`;
  } else {
    await sql`update content.domain set title = ${`Title ${to}`} where id = ${domain(row)}`;
  }
}

/** Publishes edits; those that validation refuses (an empty domain) are taken back. */
export async function publish(sql: postgres.Sql, edits: readonly Edit[]): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      for (const one of edits) await apply(tx, one);
      await tx`select public.publish_release(force => true)`;
    });
  } catch (error) {
    if (!(error instanceof postgres.PostgresError && error.code === "CR005")) throw error;
  }
}

/** A worker ended here. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** A store in memory. Each call takes the next of `fates`: on 1 the worker is killed before it, on 2 after it. */
export function mortalStore(objects: Map<string, Uint8Array>, fates: number[]): BundleStore {
  async function fated<T>(call: () => T): Promise<T> {
    const fate = fates.shift() ?? 0;
    // Gives other workers their turn, as a network would.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (fate === 1) throw new Killed();
    const result = call();
    if (fate === 2) throw new Killed();
    return result;
  }
  return {
    put: (path, bytes) => fated(() => void objects.set(path, new Uint8Array(bytes))),
    sign: (_, paths) =>
      fated(() => Object.fromEntries(paths.filter((p) => objects.has(p)).map((p) => [p, `memory:${p}`]))),
    remove: (_, paths) => fated(() => paths.forEach((path) => objects.delete(path))),
  };
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

interface Named {
  domain_id: string;
  url: string;
  bytes: number;
  sha256: string;
  rows: number;
}

/** The hash of a domain's node, from its rows' lines. */
function domainHash(lines: string[]): string {
  const rows = lines.map((line) => ({ ...JSON.parse(line), hash: sha256(line) }));
  const byId = rows.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const text = (own: { id: string; hash: string }, children: { id: string; hash: string }[]) =>
    [own, ...children].map(({ id, hash }) => `${id}:${hash}\n`).join("");
  const skills = byId.filter((row) => row.kind === "skill").map((skill) => ({
    id: skill.id,
    hash: sha256(text(skill, byId.filter((row) => row.kind === "question" && row.skill_id === skill.id))),
  }));
  const [domain] = byId.filter((row) => row.kind === "domain");
  return sha256(text(domain, skills));
}

/** Asserts that what a version's manifest names is what the revisions and the tree say. Returns how many it names. */
export async function checkBundles(
  sql: postgres.Sql,
  objects: ReadonlyMap<string, Uint8Array>,
  schema: number,
  version: number,
): Promise<number> {
  const [answer] = await sql<{ named: Named[] }[]>`
    select private.content_bundles(${schema}::smallint, ${version}::integer) as named`;
  for (const { domain_id, url, bytes, sha256: hash, rows } of answer?.named ?? []) {
    const file = objects.get(url.replace("memory:", ""));
    assert.ok(file, `${url} is in the store`);
    assert.deepEqual([file.byteLength, sha256(file)], [bytes, hash]);
    const lines = gunzipSync(file).toString().trimEnd().split("\n");
    const [first, last] = [JSON.parse(lines.shift() ?? ""), JSON.parse(lines.pop() ?? "")];
    assert.deepEqual([first.kind, first.schema, first.since, first.domain], ["page", schema, 0, domain_id]);
    assert.deepEqual(last, { kind: "end", rows, next: null });
    const expected = await sql<{ body: string }[]>`
      select body from (
        select distinct on (kind, id) op, domain_id, body from content.revision
        where ${schema} between from_schema and schema and version <= ${version} order by kind, id, version desc) r
      where op = 'upsert' and domain_id = ${domain_id}`;
    assert.deepEqual(lines.toSorted(), expected.map(({ body }) => body).toSorted());
    const [node] = await sql<{ hash: string; rows: number }[]>`
      select encode(hash, 'hex') as hash, rows from content.tree_node
      where schema = ${schema} and kind = 'domain' and id = ${domain_id} and version <= ${version}
      order by version desc limit 1`;
    assert.deepEqual([node?.rows, node?.hash], [rows, domainHash(lines)]);
  }
  return answer?.named.length ?? 0;
}
