// `npm run privacy`: export, receipts and retention. docs/privacy.md walks through it.
import type postgres from "postgres";
import { z } from "zod";
import { type Line, main, Refusal, UserError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { tableLines } from "../command/table.ts";
import { connect, resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { explain, findLearner } from "../support/ask.ts";
import { COMMAND, readTask } from "./command.ts";
import { writeExport } from "./export.ts";
import { makeKeys, ReceiptFile, ReceiptFileText, signReceipt, verifyReceipt } from "./receipt.ts";

export { COMMAND };

/** A receipt that is invalid. */
const INVALID = 2;

const Retention = z.object({
  relation: z.string(),
  keep: z.string().nullable(),
  job: z.string(),
  would_go: z.number(),
  oldest: z.string().nullable(),
  next_run_deletes_before: z.string().nullable(),
});

/** A file that must be new. Only its owner may read it, as it has personal data or a key. */
const newFile = (path: string) => Deno.open(fromCaller(path), { write: true, createNew: true, mode: 0o600 });

async function save(path: string, text: string): Promise<void> {
  using file = await newFile(path);
  await new Blob([text]).stream().pipeTo(file.writable);
}

async function readReceipt(path: string): Promise<ReceiptFile> {
  const parsed = ReceiptFileText.safeParse(await Deno.readTextFile(fromCaller(path)));
  if (!parsed.success) throw new UserError(`${path} is no receipt.`);
  return parsed.data;
}

async function exportTo(sql: postgres.Sql, learner: string, reason: string, path: string): Promise<number> {
  const file = await newFile(path);
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  try {
    // One transaction, so that the archive is one moment.
    const counts = await sql.begin(
      "isolation level repeatable read",
      (tx) => writeExport(tx, learner, reason, (text) => writer.write(encoder.encode(text))),
    );
    await writer.close();
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  } catch (error) {
    // Half an archive is none, and would be in the way of the next one.
    await writer.close().catch(() => {});
    await Deno.remove(fromCaller(path));
    throw error;
  }
}

export async function run(line: Line<typeof COMMAND.options>) {
  const { command, operand } = readTask(line);
  const { out = "", reason = "", json } = line.values;
  if (command === "keys") {
    const { privateKey, publicKey } = await makeKeys();
    await save(out, `${privateKey}\n`);
    await save(`${out}.pub`, `${publicKey}\n`);
    console.log(`Wrote ${out}, which signs, and ${out}.pub, which you publish.`);
    return;
  }
  if (command === "verify") {
    const publicKey = line.values["public-key"];
    const checks = await verifyReceipt(await readReceipt(operand), {
      publicKey: publicKey === undefined ? undefined : await Deno.readTextFile(fromCaller(publicKey)),
      learner: line.values.learner,
    });
    console.log(
      json
        ? JSON.stringify(checks)
        : tableLines(["check", "outcome", "meaning"], checks.map((c) => [c.name, c.outcome, c.text]), 100)
          .join("\n"),
    );
    return checks.some(({ outcome }) => outcome === "invalid") ? INVALID : 0;
  }
  const url = await resolveDatabaseUrl(line.values["db-url"], Deno.env.toObject());
  const sql = connect(url, ["privacy", Deno.env.get("USER")].filter(Boolean).join(" "));
  using progress = patientProgress();
  progress.step("The database is working.");
  try {
    if (command === "retention") {
      const rows = z.array(Retention).parse(
        (await sql`select coalesce(json_agg(r), '[]') as rows from ops.retention() r`)[0]?.["rows"],
      );
      console.log(
        json ? JSON.stringify(rows) : [
          ...tableLines(
            ["table", "kept for", "would go", "oldest", "goes if before"],
            rows.map((r) => [
              r.relation,
              r.keep ?? "ever",
              String(r.would_go),
              r.oldest?.slice(0, 10) ?? "",
              r.next_run_deletes_before?.slice(0, 10) ?? "",
            ]),
          ),
          "",
          "Nothing was deleted. Each night jobs delete what would go. All other tables are kept for ever.",
        ].join("\n"),
      );
    } else if (command === "keep") {
      const time = line.values.for === "ever" ? null : line.values.for ?? null;
      await sql`select ops.set_retention(${operand}, ${time}::interval, ${reason})`;
      console.log(
        `${operand} is kept for ${time ?? "ever"}. \`npm run privacy -- retention\` shows what would go.`,
      );
    } else if (command === "export") {
      const learner = await findLearner(sql, operand, reason);
      const rows = await exportTo(sql, learner, reason, out);
      console.log(`Wrote ${rows} rows of learner ${learner} to ${out}.`);
    } else {
      const [row] = await sql`select ops.erasure_receipt(${operand}) as receipt`;
      const file = ReceiptFile.parse(row?.["receipt"]);
      const key = line.values.key;
      const signed = key === undefined
        ? file
        : await signReceipt(file, await Deno.readTextFile(fromCaller(key)));
      await save(out, `${JSON.stringify(signed, null, 2)}\n`);
      console.log(
        `Wrote the receipt to ${out}. Its salt shows whom it is about: give it to the learner alone.`,
      );
    }
  } catch (error) {
    throw error instanceof Refusal ? error : explain(error, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

if (import.meta.main) await main(COMMAND, run);
