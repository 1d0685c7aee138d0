// The audit log of a real database: what its export proves, and what it finds when somebody changes the past.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { exportLines, readHead, sealAll } from "../../../scripts/audit/export.ts";
import { type KnownHead, LogVerifier, type Verdict } from "../../../scripts/audit/verify.ts";
import { testDatabase } from "../properties/database.ts";
import { settings } from "../properties/settings.ts";

const LEARNERS = ["1", "2", "3"].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

async function exported(tx: postgres.ISql): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(tx)) lines.push(line.trimEnd());
  return lines;
}

function verify(lines: readonly string[], known?: KnownHead): Verdict {
  const verifier = new LogVerifier(known);
  for (const line of lines) verifier.add(line);
  return verifier.finish();
}

/** Audits operations on learners and a skill, as many as `records`. */
async function audit(sql: postgres.ISql, records: number): Promise<void> {
  await sql`
    select private.audit('correct_progress', 'learner.state', (${LEARNERS}::text[])[n % 3 + 1], jsonb_build_object('mastery', n), jsonb_build_object('mastery', 0))
    from generate_series(1, ${records}) n where n % 2 = 0`;
  await sql`
    select private.audit('update', 'content.skill', n::text, null, jsonb_build_object('title', 'Tides ' || n))
    from generate_series(1, ${records}) n where n % 2 = 1`;
}

/** A text that the third learner's first record has. */
const ANY =
  "(select audit from ops.audit_leaf l join ops.audit a on a.id = l.audit where a.action = 'correct_progress' order by l.leaf offset 9 limit 1)";

/** What the owner of the database may try with all triggers disabled, and what the verdict says of it. */
const TAMPERING: readonly { what: string; sql: string; finding: RegExp }[] = [
  {
    what: "a changed text",
    sql: `update ops.audit set before = '{"mastery": 100}' where id = ${ANY}`,
    finding: /^The record of leaf \d+: its contents was changed\.$/,
  },
  {
    what: "a removed source",
    sql: `update ops.audit set source = null where id = ${ANY}`,
    finding: /^The record of leaf \d+: its source was changed\.$/,
  },
  {
    what: "a text and its salt that no erasure accounts for",
    sql: `with gone as (update ops.audit set before = null, after = null where id = ${ANY} returning id)
      update ops.audit_leaf set contents_salt = null where audit = (select id from gone)`,
    finding: /^The record of leaf \d+ has lost a text, and no erasure accounts for it\.$/,
  },
  {
    what: "another actor",
    sql: `update ops.audit set actor_role = 'instructor' where id = ${ANY}`,
    finding: /^The record of leaf \d+ was changed\.$/,
  },
  {
    what: "another time, by a microsecond",
    sql: `update ops.audit set at = at + interval '1 microsecond' where id = ${ANY}`,
    finding: /^The record of leaf \d+ was changed\.$/,
  },
  {
    what: "a removed record",
    sql: `delete from ops.audit where id = ${ANY}`,
    finding: /^The record of leaf \d+ was removed\.$/,
  },
  {
    what: "a removed leaf",
    sql: `delete from ops.audit_leaf where audit = ${ANY}`,
    finding: /^Leaf \d+ is in the place of leaf \d+\.$/,
  },
  {
    what: "a removed record with its leaf, and the later leaves moved up",
    sql:
      `with gone as (delete from ops.audit_leaf where audit = ${ANY} returning leaf, audit), also as (delete from ops.audit where id = (select audit from gone))
      update ops.audit_leaf l set leaf = l.leaf + 999999 from gone where l.leaf > gone.leaf; update ops.audit_leaf set leaf = leaf - 1000000 where leaf > 900000`,
    finding: /^The records after leaf \d+ are not those that were sealed at /,
  },
  {
    what: "two records in each other's place",
    sql:
      `update ops.audit_leaf set leaf = 59 - leaf + 100000 where leaf between 29 and 30; update ops.audit_leaf set leaf = leaf - 100000 where leaf > 90000`,
    finding: /^The records after leaf \d+ are not those that were sealed at /,
  },
  {
    what: "a record replaced by another with its id",
    sql: `create temporary table found on commit drop as select * from ops.audit where id = ${ANY};
      delete from ops.audit where id = (select id from found);
      insert into ops.audit (id, at, actor_role, action, object) overriding system value select id, at, actor_role, 'publish', object from found`,
    finding: /^The record of leaf \d+ was changed\.$/,
  },
  {
    what: "a record inserted between sealed ones",
    sql:
      `insert into ops.audit (id, at, actor_role, action, object) overriding system value values (-1, now() - interval '1 day', 'postgres', 'publish', 'content.release')`,
    finding: /^Record -1 of .+ is not sealed, although a minute suffices\.$/,
  },
  {
    what: "a record inserted with a time to come",
    sql:
      `insert into ops.audit (id, at, actor_role, action, object) overriding system value values (-1, now() + interval '1 day', 'postgres', 'publish', 'content.release')`,
    finding: /^Record -1 of .+ is newer than the export\.$/,
  },
  {
    what: "a changed record whose leaf was hashed again",
    sql: `update ops.audit set action = 'nothing' where id = ${ANY}; update ops.audit_leaf l
      set hash = sha256('\\x00'::bytea || convert_to(private.audit_record(a, l.source_hash, l.contents_hash), 'UTF8')) from ops.audit a where a.id = l.audit and a.action = 'nothing'`,
    finding: /^The records after leaf \d+ are not those that were sealed at /,
  },
  {
    what: "another root",
    sql:
      "update ops.audit_checkpoint set root = sha256('') where size = (select min(size) from ops.audit_checkpoint)",
    finding: /^The records after leaf 0 are not those that were sealed at /,
  },
  {
    what: "a removed last checkpoint",
    sql: "delete from ops.audit_checkpoint where size = (select max(size) from ops.audit_checkpoint)",
    finding: /^The last records belong to no checkpoint\.$/,
  },
];

/** Ways to make a sound log of another past. Only a head that somebody kept finds them. */
const FORGERIES: readonly { what: string; sql: string; finding: RegExp }[] = [
  {
    what: "the end cut off",
    sql:
      `delete from ops.audit where id in (select l.audit from ops.audit_leaf l where l.leaf >= (select min(size) from ops.audit_checkpoint));
      delete from ops.audit_leaf l where l.leaf >= (select min(size) from ops.audit_checkpoint); delete from ops.audit_checkpoint where size > (select min(size) from ops.audit_checkpoint)`,
    finding: /^The log has fewer records than the \d+ of the known head\.$/,
  },
  {
    what: "the whole log sealed again after a change",
    sql:
      `update ops.audit set actor_role = 'instructor' where id = ${ANY}; truncate ops.audit_leaf, ops.audit_checkpoint;
      update private.audit_mark set settled = 0; select ops.seal_audit(1000000)`,
    finding: /^The first \d+ records have the root [0-9a-f]{64}, which is not that of the known head\.$/,
  },
];

const ROLLED_BACK = new Error("rolled back");

/** What an export says after `statements`, which leave nothing behind. */
async function afterTampering(sql: postgres.Sql, statements: string, known?: KnownHead): Promise<Verdict> {
  let verdict: Verdict | undefined;
  await sql.begin(async (tx) => {
    for (const table of ["ops.audit", "ops.audit_leaf", "ops.audit_checkpoint", "private.audit_mark"]) {
      await tx.unsafe(`alter table ${table} disable trigger user`);
    }
    await tx.unsafe(statements);
    verdict = verify(await exported(tx), known);
    throw ROLLED_BACK;
  }).catch((error) => assert.equal(error, ROLLED_BACK));
  assert.ok(verdict);
  return verdict;
}

/** Another letter or digit in its place. Elsewhere a space may be added or be missing without a change of meaning. */
function changeCharacter(line: string, place: number): string {
  const places = [...line.matchAll(/[a-z0-9]/g)].map((match) => match.index);
  const at = places[place % places.length] ?? 0;
  return line.slice(0, at) + (line[at] === "7" ? "8" : "7") + line.slice(at + 1);
}

/** Ways to change one line of an export. */
const EDITS: readonly ((lines: string[], at: number, other: number) => void)[] = [
  (lines, at, other) => void (lines[at] = changeCharacter(lines[at] ?? "", other)),
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 0, lines[at] ?? ""),
  (lines, at, other) => void lines.splice(1 + other % lines.length, 0, ...lines.splice(at, 1)),
];

Deno.test("O1: the audit log finds every change of the past, and outlasts erasures", async (t) => {
  await using database = await testDatabase();
  const { sql } = database;
  await sealAll(sql);
  for (const records of [1, 2, 30, 7, 60]) {
    await audit(sql, records);
    await sealAll(sql);
  }
  const head = await readHead(sql);
  assert.ok(head);
  await audit(sql, 5);
  const whole = verify(await exported(sql), head);
  assert.deepEqual(whole.findings, []);
  assert.deepEqual([whole.status, whole.records, whole.pending], ["valid", head.size, 5]);

  for (const { what, sql: statements, finding } of TAMPERING) {
    await t.step(`O1: an export finds ${what}`, async () => {
      const verdict = await afterTampering(sql, statements, head);
      assert.equal(verdict.status, "invalid");
      assert.match(verdict.findings[0] ?? "", finding);
    });
  }
  for (const { what, sql: statements, finding } of FORGERIES) {
    await t.step(`O1: a known head finds ${what}`, async () => {
      assert.equal((await afterTampering(sql, statements)).status, "valid", "sound in itself");
      const verdict = await afterTampering(sql, statements, head);
      assert.equal(verdict.status, "diverged");
      assert.match(verdict.findings[0] ?? "", finding);
    });
  }

  await t.step(
    "O5, O1: after erasures the texts are gone, and the log is valid up to the same head",
    async () => {
      // A learner who was adopted goes with the account, and nobody asks for that erasure.
      const adopted = "00000000-0000-4000-8000-000000000009";
      await sql`insert into learner.state (user_id) select unnest(${[
        LEARNERS[1] ?? "",
        adopted,
      ]}::uuid[]) on conflict do nothing`;
      await sql`select private.adopt_learner(${LEARNERS[1] ?? ""}, ${adopted}, 'support')`;
      await sealAll(sql);
      for (const learner of LEARNERS.slice(1)) await sql`select ops.erase_learner(${learner})`;
      await sql`select ops.run_erasures()`;
      await sealAll(sql);
      const lines = await exported(sql);
      const verdict = verify(lines, head);
      assert.deepEqual([verdict.status, verdict.findings], ["valid", []]);
      assert.ok(verdict.erased > 30, `${verdict.erased} records were erased`);
      const [left] = await sql`
      select count(l.contents_salt)::int as salts, count(*) filter (where a.after is not null)::int as texts
      from ops.audit a join ops.audit_leaf l on l.audit = a.id where a.object_id = any (${
        LEARNERS.slice(1)
      }) and a.action = 'correct_progress'`;
      assert.deepEqual([left?.["salts"], left?.["texts"]], [0, 0]);
    },
  );

  await t.step("O1: any changed, removed, repeated or moved line of an export is found", async () => {
    const lines = await exported(sql);
    const isSame = (edited: readonly string[]) => edited.every((line, index) => line === lines[index]);
    fc.assert(
      fc.property(
        fc.constantFrom(...EDITS),
        fc.nat(lines.length - 2),
        fc.nat(5_000),
        (edit, at, other) => {
          const edited = [...lines];
          // The times of the header and of checkpoints are no part of the log.
          fc.pre(!lines[at + 1]?.includes("sealed_at") || edit !== EDITS[0]);
          edit(edited, at + 1, other);
          fc.pre(edited.length !== lines.length || !isSame(edited));
          assert.equal(verify(edited).status, "invalid");
        },
      ),
      settings(300),
    );
  });
});

Deno.test("O1: each record is sealed once, however slow its transaction is", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  // `write` leaves its transaction open, and `note` is a transaction of its own: it commits before older ids do.
  const act = fc.constantFrom("write", "note", "note", "commit", "rollback", "seal", "seal", "seal");
  const steps = fc.array(fc.record({ writer: fc.nat(2), act }), { minLength: 25, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const writers = await Promise.all([0, 1, 2].map(() => database.connect().reserve()));
      const isOpen = [false, false, false];
      try {
        for (const { writer, act } of [...steps, ...[0, 1, 2].map((writer) => ({ writer, act: "commit" }))]) {
          const connection = writers[writer];
          assert.ok(connection);
          if (act === "seal") await sql`select ops.seal_audit()`;
          else if (act === "note") await sql`select private.audit('probe', 'content.skill', 'note')`;
          else if (act === "write") {
            if (!isOpen[writer]) await connection`begin`;
            isOpen[writer] = true;
            await connection`select private.audit('probe', 'content.skill', ${writer})`;
          } else if (isOpen[writer]) {
            await connection.unsafe(act);
            isOpen[writer] = false;
          }
        }
      } finally {
        for (const writer of writers) writer.release();
      }
      await sealAll(sql);
      const verdict = verify(await exported(sql));
      assert.deepEqual([verdict.status, verdict.pending, verdict.findings], ["valid", 0, []]);
    }),
    settings(6),
  );
  // The search for new records begins behind those that are sealed for good.
  await sql`select ops.seal_audit()`;
  const [mark] =
    await sql`select m.settled >= (select max(audit) from ops.audit_leaf) - 1 as is_near from private.audit_mark m`;
  assert.equal(mark?.["is_near"], true);
});

Deno.test("O5, O1: a sealing beside an erasure leaves no salt of an erased text", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sealAll(sql);
  const [learner = ""] = LEARNERS;
  await audit(sql, 6);
  const eraser = await database.connect().reserve();
  try {
    await eraser`begin`;
    await eraser`select ops.erase_learner(${learner})`;
    // It waits for the erasure, or it has read the texts before they go.
    const sealing = sealAll(sql);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await eraser`commit`;
    await sealing;
  } finally {
    eraser.release();
  }
  await sealAll(sql);
  const verdict = verify(await exported(sql));
  assert.deepEqual([verdict.status, verdict.findings], ["valid", []]);
});
