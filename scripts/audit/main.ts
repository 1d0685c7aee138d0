// `npm run audit`: takes the audit log out of a database, and verifies it anywhere. docs/audit.md walks through it.
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { connect, explainDatabaseError, resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { exportLines, readHead, sealAll } from "./export.ts";
import { renderVerdict } from "./render.ts";
import { linesOf } from "./line.ts";
import { type KnownHead, LogVerifier } from "./verify.ts";

export const COMMAND = {
  name: "npm run audit",
  operands: "COMMAND",
  about: `Exports the audit log, and verifies that no record was changed, removed, inserted or moved.

  export --out FILE   seal all records, and write the log as lines of JSON
  verify FILE         verify an export, without a database
  head                show the newest checkpoint, as --known-head takes it

verify ends with 0 for a valid log, 1 for a command line or file that can't be read, 2 for an invalid log, and 3 for a
sound log that has diverged from --known-head.`,
  options: {
    out: { type: "string", value: "FILE", text: "export: the file to write" },
    reason: { type: "string", value: "TEXT", text: "export: why; it is recorded in the audit trail" },
    "known-head": { type: "string", value: "SIZE:ROOT", text: "verify: a checkpoint that you kept" },
    json: { type: "boolean", default: false, text: "verify, head: print the answer as JSON" },
    "db-url": {
      type: "string",
      value: "URL",
      text: "export, head: the database; default: SUPABASE_DB_URL, else the local one",
    },
  },
} as const satisfies Command<Options>;
type Values = Line<typeof COMMAND.options>["values"];

const EXIT_CODE = { valid: 0, invalid: 2, diverged: 3 } as const;

function readKnownHead(text: string): KnownHead {
  const [, size, root] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (size === undefined || root === undefined) {
    throw new UsageError("--known-head takes SIZE:ROOT, as `npm run audit -- head` prints it.");
  }
  return { size: Number(size), root };
}

async function verify(file: string, values: Values): Promise<number> {
  const verifier = new LogVerifier(
    values["known-head"] === undefined ? undefined : readKnownHead(values["known-head"]),
  );
  using progress = patientProgress();
  progress.step("Verifying the log.");
  for await (const line of linesOf(createReadStream(fromCaller(file), "utf8"))) verifier.add(line);
  const verdict = verifier.finish();
  console.log(values.json ? JSON.stringify(verdict) : renderVerdict(verdict));
  return EXIT_CODE[verdict.status];
}

/** Runs `work` on one connection, and explains what the database refuses. */
async function withDatabase(values: Values, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const url = await resolveDatabaseUrl(values["db-url"], Deno.env.toObject());
  const sql = connect(url, "audit");
  try {
    await work(sql);
  } catch (error) {
    throw explainDatabaseError(error, url, "audit");
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function writeExport({ out, reason, ...values }: Values): Promise<void> {
  if (out === undefined) throw new UsageError("--out is missing: the file to write.");
  if (reason === undefined) {
    throw new UsageError("--reason is missing: an export holds learners' data, so the reason is recorded.");
  }
  await withDatabase({ out, reason, ...values }, async (sql) => {
    using progress = patientProgress();
    progress.step("Sealing new records.");
    await sql`select private.audit('export_audit', 'ops.audit', null, null, ${sql.json({ reason })})`;
    await sealAll(sql);
    progress.step("Writing the log.");
    await sql.begin("isolation level repeatable read read only", async (tx) => {
      // Only the owner may read what the log says of learners. A file that exists is not replaced.
      const file = createWriteStream(fromCaller(out), { flags: "wx", mode: 0o600 });
      await pipeline(Readable.from(exportLines(tx)), file);
    });
    console.log(`Wrote ${out}.`);
  });
}

async function showHead(values: Values): Promise<void> {
  await withDatabase(values, async (sql) => {
    const head = await readHead(sql);
    if (values.json) console.log(JSON.stringify(head));
    else console.log(head ? `${head.size}:${head.root}` : "Nothing is sealed yet.");
  });
}

/** Reads the command and its operand, and runs it. Gives the exit code. */
export async function run({ values, operands }: Line<typeof COMMAND.options>): Promise<number> {
  const [command, file, ...others] = operands;
  const extra = command === "verify" ? others[0] : file;
  if (extra !== undefined) throw new UsageError(`Unexpected argument: ${extra}.`);
  switch (command) {
    case "export":
      await writeExport(values);
      return 0;
    case "head":
      await showHead(values);
      return 0;
    case "verify":
      if (file === undefined) throw new UsageError("verify needs the file of an export.");
      return await verify(file, values);
    default:
      throw new UsageError(
        command === undefined ? "The command is missing." : `Unknown command: ${command}.`,
      );
  }
}

if (import.meta.main) await main(COMMAND, run);
