// `npm run content`: preview, publish, schedule and roll back from the command line. docs/publishing.md walks through it.
import postgres from "postgres";
import { z } from "zod";
import { Head } from "../../client-contract/contract/content.ts";
import { codeOfSqlstate } from "../../client-contract/contract/errors.ts";
import { Release, ReleasePreview, Schedule } from "../../client-contract/contract/release.ts";
import { ConfigError } from "../local/config.ts";
import { type Call, readCommand, USAGE, UsageError } from "./command.ts";
import { addressOf, connect, explainDatabaseError, resolveDatabaseUrl, type Work } from "./database.ts";
import { renderHead, renderHistory, renderPreview, renderSchedules } from "./render.ts";

/** A refusal of the database, in words, with the registry's code. */
class Refused extends Error {
  constructor(readonly code: string, message: string, readonly info: string | undefined) {
    super(message);
  }
}

const WORK: Readonly<Record<Call["name"], Work>> = {
  preview_release: "preview",
  publish_release: "publish",
  schedule_release: "schedule",
  list_schedules: "list",
  release_history: "list",
  cancel_schedule: "cancellation",
  rollback_release: "roll-back",
};

async function ask(sql: postgres.Sql, call: Call): Promise<unknown> {
  const answer = async (rows: postgres.PendingQuery<{ answer: unknown }[]>) => (await rows)[0]?.answer;
  switch (call.name) {
    case "preview_release":
      return await answer(sql`select public.preview_release(${call.limit}) as answer`);
    case "publish_release":
      return await answer(
        sql`select public.publish_release(${call.note}, ${call.hash}, ${call.force}) as answer`,
      );
    case "schedule_release":
      return await answer(
        sql`select public.schedule_release(${call.at}, ${call.hash}, ${call.note}, ${call.force}) as answer`,
      );
    case "list_schedules":
      return await answer(sql`select public.list_schedules(${call.limit}) as answer`);
    case "release_history":
      return await answer(sql`select public.release_history(null, ${call.limit}) as answer`);
    case "cancel_schedule":
      return await answer(sql`select public.cancel_schedule(${call.id}) as answer`);
    case "rollback_release":
      return await answer(
        sql`select public.rollback_release(${call.to}, ${call.note}, ${call.force}) as answer`,
      );
  }
}

function render(call: Call, answer: unknown): string {
  switch (call.name) {
    case "preview_release":
      return renderPreview(ReleasePreview.parse(answer));
    case "publish_release":
    case "rollback_release":
      return renderHead(Head.parse(answer));
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
  const code = error instanceof postgres.PostgresError ? codeOfSqlstate(error.code) : undefined;
  if (error instanceof postgres.PostgresError && code !== undefined && error.code.startsWith("CR")) {
    return new Refused(code, error.message, error.detail || undefined);
  }
  const text = explainDatabaseError(error, url, WORK[call.name]);
  return text === undefined ? error : new UsageError(text, { cause: error });
}

/** Runs the command and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  try {
    const command = readCommand(args);
    if (command === "help") {
      console.log(USAGE);
      return 0;
    }
    const url = await resolveDatabaseUrl(command.databaseUrl, Deno.env.toObject());
    if (!URL.canParse(url) || addressOf(url).startsWith(":")) {
      throw new UsageError(
        "--db-url and SUPABASE_DB_URL take an address such as postgresql://user:password@host:5432/postgres.",
      );
    }
    const sql = connect(url, "content");
    try {
      const answer = await ask(sql, command.call);
      console.log(json ? JSON.stringify(answer) : render(command.call, answer));
    } catch (error) {
      throw explain(error, url, command.call);
    } finally {
      await sql.end({ timeout: 1 });
    }
    return 0;
  } catch (error) {
    const known = [UsageError, ConfigError, Refused].some((kind) => error instanceof kind);
    if (!known || !(error instanceof Error)) throw error;
    const refused = error instanceof Refused ? { code: error.code, info: error.info } : {};
    if (json) console.log(JSON.stringify({ error: error.message.split("\n", 1)[0], ...refused }));
    else {console.error(
        error instanceof Refused
          ? `${error.message} (${error.code}${error.info ? `: ${error.info}` : ""})`
          : error.message,
      );}
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
