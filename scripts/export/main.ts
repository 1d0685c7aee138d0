// `npm run export`: a learner's answers for other systems. docs/exports.md walks through it.
import { type Line, main, Refusal } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { connect, resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { explain, findLearner } from "../support/ask.ts";
import { readAttempts } from "./attempts.ts";
import { COMMAND, readTask } from "./command.ts";
import { fsrsForm, xapiForm } from "./form.ts";

export { COMMAND };

/** Where the lines go. */
interface Target {
  write(lines: readonly string[]): Promise<unknown>;
  /** Half a file is none, and would be in the way of the next one. */
  discard(): Promise<void>;
  close(): void;
}

async function targetOf(path: string | undefined): Promise<Target> {
  if (path === undefined) {
    return {
      write: (lines) => Promise.resolve(console.log(lines.join("\n"))),
      discard: () => Promise.resolve(),
      close: () => {},
    };
  }
  // It must be new. Only its owner may read it, as it is about a person.
  const file = await Deno.open(fromCaller(path), { write: true, createNew: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const writer = file.writable.getWriter();
  return {
    write: (lines) => writer.write(encoder.encode(`${lines.join("\n")}\n`)),
    discard: () => Deno.remove(fromCaller(path)),
    close: () => void writer.close(),
  };
}

export async function run(line: Line<typeof COMMAND.options>) {
  const task = readTask(line);
  const { out, home = "", answers, csv, json } = line.values;
  const url = await resolveDatabaseUrl(line.values["db-url"], Deno.env.toObject());
  const sql = connect(url, ["export", Deno.env.get("USER")].filter(Boolean).join(" "));
  using progress = patientProgress();
  progress.step("The database is working.");
  try {
    const learner = await findLearner(sql, task.learner, task.reason);
    const form = task.form === "xapi"
      ? xapiForm({ learnerId: learner, homePage: home, answers })
      : fsrsForm(csv);
    const target = await targetOf(out);
    let count = 0;
    try {
      if (form.head !== undefined) await target.write([form.head]);
      await sql.begin(async (tx) => {
        for await (const attempts of readAttempts(tx, learner, task.reason)) {
          const lines = attempts.flatMap((attempt) => form.lines(attempt));
          if (lines.length > 0) await target.write(lines);
          count += lines.length;
        }
      });
    } catch (error) {
      await target.discard();
      throw error;
    } finally {
      target.close();
    }
    if (out === undefined) return;
    const what = task.form === "xapi" ? "statements" : "reviews";
    console.log(
      json
        ? JSON.stringify({ learner, [what]: count })
        : `Wrote ${count} ${what} of learner ${learner} to ${out}.`,
    );
  } catch (error) {
    throw error instanceof Refusal ? error : explain(error, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

if (import.meta.main) await main(COMMAND, run);
