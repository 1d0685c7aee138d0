// `npm run export`: a learner's answers for other systems. docs/exports.md walks through it.
import { type Line, main, Refusal } from "../command/command.ts";
import type { ExportedAttempt } from "../../client-contract/client/xapi.ts";
import { patientProgress } from "../command/progress.ts";
import { connect, resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { restCaller } from "../instructor/source.ts";
import { explain, findLearner } from "../support/ask.ts";
import { readAttempts, readAttemptsAsStaff } from "./attempts.ts";
import { COMMAND, readTask, type Task } from "./command.ts";
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

/** Where attempts come from: a learner's id, and all of their attempts in pieces. */
interface Attempts extends AsyncDisposable {
  learner: string;
  pieces(take: (attempts: ExportedAttempt[]) => Promise<void>): Promise<void>;
}

async function openAttempts(
  { learner: named, reason }: Task,
  { token, answers, "db-url": url }: Line<typeof COMMAND.options>["values"],
): Promise<Attempts> {
  const env = Deno.env.toObject();
  if (token !== undefined) {
    const call = restCaller(token, env);
    return {
      learner: named,
      async pieces(take) {
        for await (const attempts of readAttemptsAsStaff(call, named, reason, answers)) await take(attempts);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const databaseUrl = await resolveDatabaseUrl(url, env);
  const sql = connect(databaseUrl, ["export", env.USER].filter(Boolean).join(" "));
  const end = () => sql.end({ timeout: 1 });
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof Refusal ? error : explain(error, databaseUrl);
    }
  };
  try {
    const learner = await explained(() => findLearner(sql, named, reason));
    return {
      learner,
      pieces: (take) =>
        explained(async () => {
          await sql.begin(async (tx) => {
            for await (const attempts of readAttempts(tx, learner, reason)) await take(attempts);
          });
        }),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

export async function run(line: Line<typeof COMMAND.options>) {
  const task = readTask(line);
  const { out, home = "", answers, csv, json } = line.values;
  using progress = patientProgress();
  progress.step("The database is working.");
  await using source = await openAttempts(task, line.values);
  const { learner } = source;
  const form = task.form === "xapi"
    ? xapiForm({ learnerId: learner, homePage: home, answers })
    : fsrsForm(csv);
  const target = await targetOf(out);
  let count = 0;
  try {
    if (form.head !== undefined) await target.write([form.head]);
    await source.pieces(async (attempts) => {
      const lines = attempts.flatMap((attempt) => form.lines(attempt));
      if (lines.length > 0) await target.write(lines);
      count += lines.length;
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
}

if (import.meta.main) await main(COMMAND, run);
