// One run of a job: on a connection of its own, as the role that scheduled it, recorded as pg_cron records it.
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";

/** Between two attempts to record how a run went, in milliseconds. */
const RETRY_MS = 500;

/** A row of cron.job. */
export interface Job {
  id: string;
  command: string;
  database: string;
  username: string;
}

/** What PostgreSQL said of a command. */
interface Completed {
  command: string | null;
  count: number | null;
}

/** The last of several commands counts; one alone comes without a list around it. */
function lastOf(result: postgres.RowList<postgres.Row[]> | readonly Completed[]): Completed | undefined {
  return "command" in result ? result : result.at(-1);
}

function messageOf({ command, count }: Completed): string {
  if (command === "SELECT") return `${count} row${count === 1 ? "" : "s"}`;
  if (command === "INSERT") return `INSERT 0 ${count}`;
  return [command, count].filter((part) => part !== null).join(" ");
}

/** A connection as the job's role; every login role of the local stack has the same password. */
function connectAs(job: Job, adminUrl: string): postgres.Sql {
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(job.username);
  url.pathname = `/${encodeURIComponent(job.database)}`;
  return postgres(url.href, {
    max: 1,
    // Cut off while it is still asking for array types, postgres.js fails in a promise that nobody holds.
    fetch_types: false,
    connection: { application_name: "pg_cron" },
    onnotice: () => {},
  });
}

/** Repeats what the database can't take now; gives up where the worker closes. */
async function untilDone(closing: AbortSignal, work: () => PromiseLike<unknown>): Promise<void> {
  while (!closing.aborted) {
    try {
      await work();
      return;
    } catch {
      await delay(RETRY_MS, undefined, { signal: closing }).catch(() => {});
    }
  }
}

/** Runs a job's command as one transaction, and records how it went; `records` connects as supabase_admin. */
export async function runJob(
  job: Job,
  adminUrl: string,
  records: postgres.Sql,
  closing: AbortSignal,
): Promise<void> {
  const [run] = await records<{ id: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status, start_time)
    values (${job.id}, ${job.database}, ${job.username}, ${job.command}, 'starting', clock_timestamp())
    returning runid::text as id`;
  if (!run) throw new Error("The run of a job could not be recorded.");
  // A database that restarts takes the run with it, and hears of that when it is back.
  const finish = (status: "succeeded" | "failed", message: string) =>
    untilDone(closing, () =>
      records`
        update cron.job_run_details
           set status = ${status}, return_message = ${message}, end_time = clock_timestamp()
         where runid = ${run.id}`);

  const sql = connectAs(job, adminUrl);
  const cutOff = () => void sql.end({ timeout: 0 });
  closing.addEventListener("abort", cutOff);
  try {
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await records`
      update cron.job_run_details set status = 'running', job_pid = ${
      backend?.pid ?? null
    } where runid = ${run.id}`;
    const completed = lastOf(await sql.unsafe(job.command).simple());
    await finish("succeeded", completed ? messageOf(completed) : "");
  } catch (error) {
    // What was cut off is recorded by the next start.
    if (closing.aborted) return;
    await finish("failed", `ERROR: ${error instanceof Error ? error.message : error}`);
  } finally {
    closing.removeEventListener("abort", cutOff);
    await sql.end({ timeout: 1 });
  }
}
