// Starts the jobs of pg_cron: those with a five-field schedule at the beginning of each minute that they name (GMT),
// those with an interval so many seconds after they were last started. SQL decides what is due, with the same
// functions that refuse a wrong schedule.
import postgres from "postgres";
import { listen } from "../postgres/listener.ts";
import type { ServiceContext } from "../service.ts";
import { type Job, runJob } from "./run.ts";

const MINUTE_MS = 60_000;
/** Between two attempts to read the jobs of a database that went away, in milliseconds. */
const RETRY_MS = 500;

/** A worker that runs until it is closed. */
export interface CronWorker {
  /** Starts nothing more, cuts off what runs, and resolves when it has ended. */
  close(): Promise<void>;
}

/** What a worker does not decide itself. */
export interface CronOptions {
  /** Milliseconds of a `second` of an interval schedule; tests make time pass faster. */
  secondMs?: number;
}

interface ScheduledJob extends Job {
  seconds: number | null;
}

interface State {
  running?: Promise<void>;
  /** Runs that became due while one was running; each starts as soon as the one before it has ended. */
  pending: number;
  schedule?: number;
  timer?: ReturnType<typeof setInterval>;
}

/** Starts the worker. It waits for the extension where that is missing. */
export async function startCronWorker(context: ServiceContext, o: CronOptions = {}): Promise<CronWorker> {
  const { secondMs = 1_000 } = o;
  const url = context.databaseUrl("supabase_admin");
  const sql = postgres(url, { max: 1, connection: { application_name: "pg_cron" }, onnotice: () => {} });
  const closing = new AbortController();
  const states = new Map<string, State>();
  let jobs = new Map<string, ScheduledJob>();
  let minuteTimer: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let reading: Promise<void> = Promise.resolve();
  const log = (error: unknown) => {
    if (!closing.signal.aborted) context.log(`pg_cron: ${error instanceof Error ? error.message : error}`);
  };

  async function runAll(id: string, state: State): Promise<void> {
    while (state.pending > 0 && !closing.signal.aborted) {
      state.pending--;
      const job = jobs.get(id);
      if (!job) return;
      await runJob(job, url, sql, closing.signal).catch(log);
    }
  }

  function start(id: string): void {
    const state = states.get(id) ?? { pending: 0 };
    states.set(id, state);
    state.pending++;
    state.running ??= runAll(id, state).finally(() => {
      state.running = undefined;
      state.pending = 0;
    });
  }

  /** An interval begins anew only where the schedule has changed. */
  function keepTime(): void {
    for (const [id, { seconds }] of jobs) {
      const state = states.get(id) ?? { pending: 0 };
      states.set(id, state);
      if (state.schedule === (seconds ?? undefined)) continue;
      clearInterval(state.timer);
      state.schedule = seconds ?? undefined;
      state.timer = seconds === null ? undefined : setInterval(() => {
        // An interval that is over while a run lasts starts the next one, and only one.
        if (!state.running || state.pending === 0) start(id);
      }, seconds * secondMs);
    }
    for (const [id, state] of states) {
      if (jobs.has(id)) continue;
      clearInterval(state.timer);
      states.delete(id);
    }
    clearTimeout(minuteTimer);
    if ([...jobs.values()].some(({ seconds }) => seconds === null)) awaitMinute();
  }

  async function readJobs(): Promise<void> {
    const [found] = await sql<{ there: boolean }[]>`select to_regclass('cron.job') is not null as there`;
    const rows = !found?.there ? [] : await sql<ScheduledJob[]>`
      select jobid::text as id, command, database, username, cron.interval_seconds(schedule) as seconds
        from cron.job where active order by jobid`;
    if (closing.signal.aborted) return;
    jobs = new Map(rows.map((job) => [job.id, job]));
    keepTime();
  }

  function reload(): void {
    clearTimeout(retry);
    reading = reading.then(readJobs).catch((error) => {
      log(error);
      if (!closing.signal.aborted) retry = setTimeout(reload, RETRY_MS);
    });
  }

  function awaitMinute(): void {
    const minute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    minuteTimer = setTimeout(() => {
      awaitMinute();
      // The minute that it is now: a machine that slept has missed the others.
      startDue(new Date(Math.max(minute, Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS))).catch(log);
    }, minute - Date.now());
  }

  async function startDue(minute: Date): Promise<void> {
    const due = await sql<{ id: string }[]>`
      select jobid::text as id from cron.job where active and cron.is_due(schedule, ${minute})`;
    for (const { id } of due) start(id);
  }

  async function failInterrupted(): Promise<void> {
    const [found] = await sql<{ there: boolean }[]>`select to_regclass('cron.job') is not null as there`;
    if (!found?.there) return;
    await sql`
      update cron.job_run_details
         set status = 'failed', return_message = 'server restarted', end_time = now()
       where status in ('starting', 'connecting', 'sending', 'running')`;
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
      for (const { timer } of states.values()) clearInterval(timer);
      await stopListening();
      await reading;
      await Promise.all([...states.values()].map(({ running }) => running));
      await sql.end({ timeout: 1 });
    },
  };
}
