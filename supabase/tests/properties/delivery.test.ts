// Any history of releases, read by any device in any pages, cut off anywhere, with releases and compactions in between: the device
// holds exactly what its version held, or is told to start over.
import assert from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import {
  Curriculum,
  domainIds,
  type Edit,
  edits,
  type HeldRow,
  questionValue,
  type Release,
  type Schema,
  SCHEMAS,
} from "./curriculum.ts";
import { testDatabase } from "./database.ts";
import { settings } from "./settings.ts";

/** A device that reads: in which content schema, from which of the releases so far to which, what it holds, and how. */
interface Reading {
  schema: Schema;
  from: number;
  until: number;
  domains: string[] | null;
  limit: number;
  /** After this page the connection is cut: the page is fetched again, after what happens meanwhile. */
  cut: number;
}

type Step =
  | { do: "publish"; edits: Edit[] }
  | { do: "compact"; keep: number }
  | { do: "read"; reading: Reading; meanwhile: Edit[]; keep: number | null };

const readings: fc.Arbitrary<Reading> = fc.record({
  schema: fc.constantFrom(...SCHEMAS),
  from: fc.noBias(fc.nat(999)),
  until: fc.noBias(fc.nat(999)),
  domains: fc.option(fc.subarray(domainIds), { nil: null }),
  limit: fc.integer({ min: 1, max: 12 }),
  cut: fc.nat(6),
});
const editLists = fc.array(edits, { minLength: 1, maxLength: 12, size: "max" });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant("publish" as const), edits: editLists }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("compact" as const), keep: fc.noBias(fc.nat(6)) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("read" as const),
        reading: readings,
        meanwhile: fc.array(edits, { maxLength: 12 }),
        keep: fc.option(fc.noBias(fc.nat(6)), { nil: null, freq: 2 }),
      }),
    },
  ),
  { minLength: 10, maxLength: 20, size: "max" },
);

/** Releases to begin with, so that the first reading has something to choose from. */
const past = fc.array(editLists, { minLength: 3, maxLength: 6, size: "max" });
/** With it deltas are small beside the snapshot; without, the snapshot often comes instead. */
const ballasts = fc.constantFrom("heavy ".repeat(300), "");

/** What a device with these domains holds of a release. */
function heldOf(release: Release | undefined, domains: string[] | null): Map<string, HeldRow> {
  return new Map([...release ?? []].filter(([, row]) => domains === null || domains.includes(row.domain)));
}

function sorted(rows: Map<string, HeldRow>): [string, HeldRow][] {
  return [...rows].sort(([a], [b]) => a < b ? -1 : 1);
}

/** One run of a history, in a transaction that is rolled back. */
class Run {
  private readonly curriculum: Curriculum;
  /** By schema and version; version 0 holds nothing. */
  private readonly releases: Record<Schema, Release[]> = { 1: [new Map()], 2: [new Map()] };
  private head = 0;
  private horizon = 0;
  /** Snapshots and manifests of each version, as they were when it was new. */
  private readonly bytes: string[] = [""];

  constructor(private readonly sql: postgres.Sql, ballast: string) {
    this.curriculum = new Curriculum(ballast);
  }

  private async page(
    schema: Schema,
    since: number,
    until: number,
    domains: string[] | null,
    after: string | null,
    limit: number,
  ) {
    const ids = domains && `{${domains.join(",")}}`;
    const [row] = await this.sql<{ page: string }[]>`
      select private.content_page(private.history(), ${schema}::smallint, ${since}::int, ${until}::int, ${ids}::uuid[],
        ${after}::text, ${limit}::int) as page`;
    return row?.page ?? assert.fail();
  }

  private async bytesOf(version: number): Promise<string> {
    let bytes = "";
    for (const schema of SCHEMAS) {
      const [row] = await this.sql<{ manifest: string }[]>`
        select private.content_manifest(private.history(), ${schema}::smallint, ${version}::int)::text as manifest`;
      bytes += `${await this.page(schema, 0, version, null, null, 1000)}${row?.manifest}`;
    }
    return bytes;
  }

  async publish(list: readonly Edit[]): Promise<void> {
    for (const edit of list) this.curriculum.edit(edit);
    await this.curriculum.write(this.sql);
    const [row] = await this.sql<{ head: { version: number } }[]>`
      select public.publish_release(force => true) as head`;
    const version = row?.head.version ?? assert.fail();
    if (version === this.head + 1) {
      this.head = version;
      for (const schema of SCHEMAS) this.releases[schema].push(this.curriculum.release(schema));
      this.bytes.push(await this.bytesOf(version));
    }
    assert.equal(version, this.head, "versions have no gaps");
  }

  async compact(keep: number): Promise<void> {
    const [row] = await this.sql<{ report: { horizon: number } }[]>`
      select ops.compact_content(${keep}::int, '0 s', '0 s') as report`;
    this.horizon = Math.max(this.horizon, this.head - keep, 0);
    assert.equal(row?.report.horizon, this.horizon);
    for (let version = Math.max(this.horizon, 1); version <= this.head; version++) {
      assert.equal(
        await this.bytesOf(version),
        this.bytes[version],
        `version ${version} is byte for byte what it was`,
      );
    }
  }

  async read(step: Step & { do: "read" }): Promise<void> {
    const { schema, domains, limit, cut } = step.reading;
    const releases = this.releases[schema];
    const until = step.reading.until % releases.length;
    const since = step.reading.from % (until + 1);
    let held = heldOf(releases[since], domains);
    const seen = new Set<string>();
    let after: string | null = null;
    for (let place = 0;; place++) {
      const isTooOld = until < this.horizon || (since > 0 && since < this.horizon);
      if (isTooOld) {
        // A failed statement would end the transaction, hence the savepoint.
        await this.sql`savepoint reading`;
        await assert.rejects(this.page(schema, since, until, domains, after, limit), { code: "CR041" });
        await this.sql`rollback to savepoint reading`;
        return;
      }
      const text = await this.page(schema, since, until, domains, after, limit);
      if (place === cut) {
        await this.publish(step.meanwhile);
        if (step.keep !== null) {
          await this.compact(step.keep);
          continue;
        }
        assert.equal(
          await this.page(schema, since, until, domains, after, limit),
          text,
          "a page is the same again",
        );
      }
      const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
      const [header, end] = [lines[0], lines.at(-1)];
      assert.ok(header.since === since || header.since === 0);
      assert.equal(header.until, until);
      assert.ok(end.rows === lines.length - 2 && end.rows <= limit);
      if (after === null && header.since === 0) held = new Map();
      for (const line of lines.slice(1, -1)) {
        assert.ok(!seen.has(line.id), "a row comes once, in whatever page");
        seen.add(line.id);
      }
      for (const line of lines.slice(1, -1)) {
        if (line.kind === "tombstone") {
          assert.ok(held.delete(line.id), "only what is held is taken away");
          continue;
        }
        const value = line.kind === "question" ? questionValue(line) : line.title;
        held.set(line.id, { kind: line.kind, domain: line.domain_id ?? line.id, value });
      }
      after = end.next;
      if (after === null) break;
    }
    assert.deepEqual(sorted(held), sorted(heldOf(releases[until], domains)));
  }
}

/** No drafts and no releases; append-only tables refuse that, their owner may say otherwise. */
const forContent = (command: string) =>
  `do $$ declare t regclass; begin
     for t in select oid from pg_class where relnamespace = 'content'::regnamespace and relkind = 'r'
       and relname not in ('schema', 'cursor_key') loop
       execute format('${command}', t);
     end loop;
   end $$;`;
const EMPTY = forContent("alter table %s disable trigger user") + forContent("truncate %s cascade") +
  forContent("alter table %s enable trigger user");

Deno.test("I3, C2, C3, C7, C8: a device that reads any releases in any pages has exactly its version or starts over", async () => {
  await using database = await testDatabase();
  const sql = await database.connect().reserve();
  await fc.assert(
    fc.asyncProperty(past, steps, ballasts, async (past, history, ballast) => {
      // Rolled back in the end, so that each history begins with nothing.
      await sql`begin`;
      try {
        await sql.unsafe(EMPTY);
        const run = new Run(sql, ballast);
        await run.publish([]);
        for (const list of past) await run.publish(list);
        for (const step of history) {
          if (step.do === "publish") await run.publish(step.edits);
          if (step.do === "compact") await run.compact(step.keep);
          if (step.do === "read") await run.read(step);
        }
      } finally {
        await sql`rollback`;
      }
    }),
    { ...settings(12), endOnFailure: true },
  );
  sql.release();
});
