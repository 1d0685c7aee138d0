// Whatever the sizes of the rows and the bounds of a page: the pages are the rows of one unbounded read, and each is within its bounds
// or a single row.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { testDatabase } from "./database.ts";
import { settings } from "./settings.ts";

/** Rows whose body alone has up to 80 KB, and many small ones. */
const sizes = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 400 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  ),
  { minLength: 1, maxLength: 60, size: "max" },
);

interface Read {
  pages: string[];
  rows: string[];
}

Deno.test("I3, C1: pages of any rows have all rows once, and at most their bytes or one row", async () => {
  await using database = await testDatabase();
  const sql = await database.connect().reserve();

  async function pageAt(
    kind: "page" | "node",
    after: string | null,
    limit: number,
    bytes: number,
  ): Promise<string> {
    const [row] = kind === "page"
      ? await sql<{ text: string }[]>`
          select private.content_page(private.history(), 2::smallint, 0, null, null, ${after}::text, ${limit}::int, ${bytes}::int) as text`
      : await sql<{ text: string }[]>`
          select private.content_node(private.history(), 2::smallint, null,
            (select id from content.skill where key = 'sized'), ${after}::text, ${limit}::int) as text`;
    return row?.text ?? "";
  }

  async function read(kind: "page" | "node", limit: number, bytes: number): Promise<Read> {
    const pages: string[] = [];
    const rows: string[] = [];
    let after: string | null = null;
    do {
      const text = await pageAt(kind, after, limit, bytes);
      const lines = text.trimEnd().split("\n");
      const end = JSON.parse(lines.pop() ?? "");
      pages.push(text);
      rows.push(...lines.slice(1));
      assert.equal(end.rows, lines.length - 1);
      assert.ok(end.rows <= limit + 1);
      const size = Buffer.byteLength(text);
      assert.ok(size <= bytes || end.rows === 1, `${size} of ${bytes} bytes`);
      after = end.next;
    } while (after !== null);
    return { pages, rows };
  }

  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 600, max: 300_000 }),
      fc.integer({ min: 1, max: 2000 }),
      async (list, bytes, limit) => {
        await sql`begin`;
        try {
          await sql`insert into content.skill (domain_id, key, title) select min(id::text)::uuid, 'sized', 'Sized' from content.domain`;
          await sql`
          insert into content.question (skill_id, key, prompt, choices, answer)
          select (select id from content.skill where key = 'sized'), 'sized-' || n, repeat('🧭', size), '{a,b}', '{"choice": 0}'
          from unnest(${list}::int[]) with ordinality s (size, n)`;
          await sql`select public.publish_release(force => true)`;
          const unbounded = await sql<{ body: string }[]>`
          select body from private.snapshot_row(2::smallint, (select max(version) from content.release), null, 0, 'a',
            '00000000-0000-0000-0000-000000000000', null)`;
          const page = await read("page", limit, bytes);
          assert.deepEqual(page.rows, unbounded.map(({ body }) => body));
          assert.deepEqual((await read("page", limit, bytes)).pages, page.pages, "the same again");
          const node = await read("node", limit, 1024 * 1024);
          assert.equal(node.rows.length, list.length + 1);
          const all = new Set(page.rows);
          assert.ok(node.rows.every((row) => all.has(row)));
        } finally {
          await sql`rollback`;
        }
      },
    ),
    settings(12),
  );
  sql.release();
});
