// Starts the jobs of pg_cron: those with a five-field schedule at the beginning of each minute that they name (GMT),
// those with an interval whenever it is over. SQL decides what is due, with the functions that refuse a wrong
// schedule. What was due while the machine slept is not made up for.
import postgres from "postgres";
import { listen } from "../postgres/listener.ts";
import type { ServiceContext } from "../service.ts";
import { type Job, runJob } from "./run.ts";
import { Turns } from "./turns.ts";

/** Between two attempts to read the jobs of a database that went away, in milliseconds. */
const RETRY_MS = 500;

/** A worker that runs until it is closed. */
export interface CronWorker {
  /** Starts nothing more, cuts off what runs, and resolves when it has ended. */
  close(): Promise<void>;
}

/** Lengths of time in milliseconds; tests make it pass faster. */
export interface CronOptions {
  secondMs?: number;
  minuteMs?: number;
}

interface ScheduledJob extends Job {
  /** Null for a five-field schedule. */
  seconds: number | null;
}

/** Starts the worker. It waits for the extension where that is missing. */
export async function startCronWorker(
  context: Pick<ServiceContext, "databaseUrl" | "log">,
  o: CronOptions = {},
): Promise<CronWorker> {
  const { secondMs = 1_000, minuteMs = 60_000 } = o;
  const url = context.databaseUrl("supabase_admin");
  const sql = postgres(url, {
    max: 2,
    fetch_types: false,
    connection: { application_name: "pg_cron" },
    onnotice: () => {},
  });
  const closing = new AbortController();
  let jobs = new Map<string, ScheduledJob>();
  const intervals = new Map<string, { seconds: number; timer: ReturnType<typeof setInterval> }>();
  let minuteTimer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let reading: Promise<void> = Promise.resolve();
  const log = (error: unknown) => {
    if (!closing.signal.aborted) context.log(`pg_cron: ${error instanceof Error ? error.message : error}`);
  };
  const turns = new Turns(async (id) => {
    const job = jobs.get(id);
    if (job && !closing.signal.aborted) await runJob(job, url, sql, closing.signal).catch(log);
  });

  /** An interval begins anew only where it has changed. */
  function keepIntervals(): void {
    for (const [id, { seconds, timer }] of intervals) {
      if (jobs.get(id)?.seconds === seconds) continue;
      clearInterval(timer);
      intervals.delete(id);
    }
    for (const [id, { seconds }] of jobs) {
      if (seconds === null || intervals.has(id)) continue;
      // An interval that is over while a run lasts starts the next one, and only one.
      const timer = setInterval(() => turns.isWaiting(id) || turns.take(id), seconds * secondMs);
      intervals.set(id, { seconds, timer });
    }
  }

  async function startDue(minute: Date): Promise<void> {
    const due = await sql<{ id: string }[]>`
      select jobid::text as id from cron.job where active and cron.is_due(schedule, ${minute})`;
    for (const { id } of due) turns.take(id);
  }

  /** Waits for the beginning of the next minute that was not waited for yet, even where the timer comes early. */
  function awaitMinute(last: number): void {
    const minute = Math.max(last, Math.floor(Date.now() / minuteMs) * minuteMs) + minuteMs;
    minuteTimer = setTimeout(() => {
      awaitMinute(minute);
      startDue(new Date(Math.max(minute, Date.now()))).catch(log);
    }, minute - Date.now());
  }

  function keepMinutes(): void {
    const wanted = [...jobs.values()].some(({ seconds }) => seconds === null);
    if (wanted && minuteTimer === undefined) awaitMinute(0);
    if (!wanted) {
      clearTimeout(minuteTimer);
      minuteTimer = undefined;
    }
  }

  async function isInstalled(): Promise<boolean> {
    const [row] = await sql<{ there: boolean }[]>`select to_regclass('cron.job') is not null as there`;
    return row?.there ?? false;
  }

  async function readJobs(): Promise<void> {
    const rows = !await isInstalled() ? [] : await sql<ScheduledJob[]>`
      select jobid::text as id, command, database, username, cron.interval_seconds(schedule) as seconds
        from cron.job where active order by jobid`;
    if (closing.signal.aborted) return;
    jobs = new Map(rows.map((job) => [job.id, job]));
    keepIntervals();
    keepMinutes();
  }

  function reload(): void {
    clearTimeout(retry);
    reading = reading.then(readJobs).catch((error) => {
      log(error);
      if (!closing.signal.aborted) retry = setTimeout(reload, RETRY_MS);
    });
  }

  async function failInterrupted(): Promise<void> {
    if (!await isInstalled()) return;
    await sql`
      update cron.job_run_details
         set status = 'failed', return_message = 'server restarted', end_time = now()
       where status in ('starting', 'running')`;
  }

  const stopListening = await listen(url, "cron_jobs", "pg_cron", {
    heard: reload,
    lost() {},
    restored: reload,
  });
  await failInterrupted();
  reload();
  await reading;
  return {
    async close() {
      closing.abort();
      clearTimeout(minuteTimer);
      clearTimeout(retry);
      for (const { timer } of intervals.values()) clearInterval(timer);
      await stopListening();
      await reading;
      await turns.over();
      await sql.end({ timeout: 1 });
    },
  };
}
