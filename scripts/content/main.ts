// `npm run content`: preview, publish, schedule and roll back from the command line. docs/publishing.md walks through it.
import type postgres from "postgres";
import { z } from "zod";
import { PublishedHead, Release, ReleasePreview, Schedule } from "../../client-contract/contract/release.ts";
import { type Line, main } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { type Call, COMMAND, readCall } from "./command.ts";
import { connect, explainDatabaseError, refusalOf, resolveDatabaseUrl, type Work } from "./database.ts";
import { cancelOnSignal } from "./interrupt.ts";
import { renderHead, renderHistory, renderPreview, renderSchedules } from "./render.ts";

export { COMMAND };

const WORK: Readonly<Record<Call["name"], Work>> = {
  preview_release: "preview",
  publish_release: "publish",
  schedule_release: "schedule",
  list_schedules: "list",
  release_history: "list",
  cancel_schedule: "cancellation",
  rollback_release: "roll-back",
};

/** What the database answered, and the newest version before. */
interface Answer {
  answer: unknown;
  before: number;
}

function query(sql: postgres.ISql, call: Call): postgres.PendingQuery<{ answer: unknown }[]> {
  switch (call.name) {
    case "preview_release":
      return sql`select public.preview_release(${call.limit}) as answer`;
    case "publish_release":
      return sql`select public.publish_release(${call.note}, ${call.hash}, ${call.force}) as answer`;
    case "schedule_release":
      return sql`
        select public.schedule_release(${call.at}, ${call.hash}, ${call.note}, ${call.force}) as answer`;
    case "list_schedules":
      return sql`select public.list_schedules(${call.limit}) as answer`;
    case "release_history":
      return sql`select public.release_history(null, ${call.limit}) as answer`;
    case "cancel_schedule":
      return sql`select public.cancel_schedule(${call.id}) as answer`;
    case "rollback_release":
      return sql`select public.rollback_release(${call.to}, ${call.note}, ${call.force}) as answer`;
  }
}

function render(call: Call, { answer, before }: Answer): string {
  switch (call.name) {
    case "preview_release":
      return renderPreview(ReleasePreview.parse(answer));
    case "publish_release":
    case "rollback_release":
      return renderHead(PublishedHead.parse(answer), before);
    case "schedule_release":
    case "cancel_schedule":
      return renderSchedules([Schedule.parse(answer)]);
    case "list_schedules":
      return renderSchedules(z.array(Schedule).parse(answer));
    case "release_history":
      return renderHistory(z.array(Release).parse(answer));
  }
}

/** The database's refusals as the registry names them; everything else as it was. */
function explain(error: unknown, url: string, call: Call): unknown {
  // A large share of the content, or a time in the past.
  const advice = (code: string, info?: string) =>
    code === "release_needs_force" || (call.name === "schedule_release" && info === "at")
      ? "\nTo do it anyway, add --force."
      : "";
  return refusalOf(error, advice) ?? explainDatabaseError(error, url, WORK[call.name]);
}

/** One transaction, which Ctrl-C cancels. */
async function ask(url: string, call: Call): Promise<Answer> {
  const sql = connect(url, "content");
  using interruption = cancelOnSignal(url, "npm run content -- history");
  using progress = patientProgress();
  progress.step(`The database is working on the ${WORK[call.name]}.`);
  try {
    return await sql.begin(async (tx) => {
      const [row] = await tx<{ pid: number; before: number }[]>`
        select pg_backend_pid() as pid, coalesce(max(version), 0) as before from content.release`;
      interruption.begin(row?.pid ?? 0);
      return { answer: (await query(tx, call))[0]?.answer, before: row?.before ?? 0 };
    });
  } catch (error) {
    throw explain(interruption.explain(error), url, call);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export async function run(line: Line<typeof COMMAND.options>) {
  const call = readCall(line);
  const { json, "db-url": databaseUrl } = line.values;
  const answer = await ask(await resolveDatabaseUrl(databaseUrl, Deno.env.toObject()), call);
  console.log(json ? JSON.stringify(answer.answer) : render(call, answer));
}

if (import.meta.main) await main(COMMAND, run);
