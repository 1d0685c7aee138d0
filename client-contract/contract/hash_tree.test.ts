// The tree that a device computes is the one that publishing wrote.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../scripts/start/project.ts";
import { readDeltaPage } from "../client/delta_page.ts";
import { hashTree, type TreeRow, treeRow } from "./hash_tree.ts";
import { sha256 } from "./sha256.ts";

Deno.test("SHA-256 is computed from the UTF-8 bytes", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(sha256("é"), "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});

Deno.test("rows without a parent are reported and do not change the hashes above", () => {
  const domain: TreeRow = { kind: "domain", id: "d", parent: null, line: "D" };
  const alone = hashTree([domain]);
  assert.deepEqual(alone.orphans, []);
  // A question in a domain has a parent, but not one whose hash covers it.
  for (const parent of ["s", "d"]) {
    const stray: TreeRow = { kind: "question", id: "q", parent, line: "Q" };
    const both = hashTree([stray, domain]);
    assert.deepEqual(both.orphans, ["q"]);
    assert.equal(both.root, alone.root);
  }
});

const DRAFTS = `
  insert into content.domain (key, title, description) values
    ('hash-tree', 'Anatomie – Überblick', E'zwei\\nZeilen'), ('hash-tree-2', '日本語 😀', null);
  insert into content.skill (key, title, domain_id)
    select k, 'Skill "' || k || '" \\ ' || U&'\\2028', d.id
    from unnest(array['tree-a', 'tree-b', 'tree-c']) k join content.domain d on d.key = 'hash-tree';
  insert into content.skill (key, title, domain_id) select 'tree-z', 'z', id from content.domain where key = 'hash-tree-2';
  insert into content.question (key, prompt, choices, answer, explanation, tags, skill_id)
    select s.key || '/' || n, 'Prompt é😀' || chr(9) || n || ' </script> \\u0041',
      array['eins', 'zwei' || n], '{"choice": 1}', case when n % 2 = 0 then 'weil' end, array['tag "x"'], s.id
    from content.skill s, generate_series(1, case when s.key = 'tree-c' then 0 else 20 end) n
    where s.key like 'tree-_'`;

Deno.test("the root computed from the lines of a release equals the root of the head", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });

  const publish = async (): Promise<{ root: string; version: number }> => {
    const [row] = await sql<{ head: { root: string; version: number } }[]>`
      select public.publish_release(force => true) as head`;
    return row?.head ?? assert.fail();
  };
  const snapshot = async (until: number) => {
    const [row] = await sql<{ page: string }[]>`
      select private.content_page(null, 1::smallint, 0, ${until}, null, null, 2000) as page`;
    return readDeltaPage(row?.page ?? "").changes.map(({ line }) => treeRow(line));
  };

  try {
    await sql.unsafe(DRAFTS);
    const first = await publish();
    const rows = await snapshot(first.version);
    assert.ok(rows.length >= 2 + 4 + 60);
    const tree = hashTree(rows.toReversed());
    assert.equal(tree.root, first.root);
    assert.deepEqual(tree.orphans, []);

    const nodes = await sql<{ kind: string; id: string; hash: string }[]>`
      select distinct on (kind, id) kind, id, encode(hash, 'hex') as hash from content.tree_node
      where kind <> 'release' order by kind, id, version desc`;
    assert.deepEqual(
      new Map([...tree.domains, ...tree.skills]),
      new Map(nodes.map(({ id, hash }) => [id, hash])),
    );

    // One byte shows, and so does a row that is missing.
    const spoilt = rows.map((row, index) => index === 9 ? { ...row, line: `${row.line} ` } : row);
    assert.notEqual(hashTree(spoilt).root, first.root);
    assert.notEqual(hashTree(rows.slice(0, -1)).root, first.root);

    await sql`update content.question set position = 7 where key = 'tree-a/1'`;
    await sql`update content.question set status = 'withdrawn' where key = 'tree-a/2'`;
    await sql`update content.skill set status = 'withdrawn' where key = 'tree-c'`;
    const second = await publish();
    assert.notEqual(second.root, first.root);
    assert.equal(hashTree(await snapshot(second.version)).root, second.root);
    assert.equal(hashTree(await snapshot(first.version)).root, first.root);
  } finally {
    await sql.end();
  }
});
