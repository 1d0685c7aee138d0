// Is every job scheduled, does pg_cron run it, and how did it end?
import { migrationFiles } from "../../local/postgres/migrations.ts";
import { SUPABASE_FOLDER } from "../../start/project.ts";
import { type Check, failure, type Finding, listed, orOk } from "../check.ts";

interface Job {
  name: string;
  is_scheduled: boolean;
  is_active: boolean;
  is_same: boolean;
  is_late: boolean;
  failures: number;
  last_error: string | null;
}

/** The jobs that the migrations of this checkout schedule. */
async function expectedJobs(): Promise<string[]> {
  const files = await migrationFiles(SUPABASE_FOLDER);
  return files.flatMap(({ text }) => [...text.matchAll(/private\.schedule_job\('(\w+)'/g)])
    .map(([, name = ""]) => name);
}

function judge(jobs: readonly Job[], expected: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const named = (select: (job: Job) => boolean) => jobs.filter(select).map(({ name }) => name);
  const known = new Set(named((job) => job.is_scheduled && job.is_same));
  const missing = expected.filter((name) => !known.has(name));
  if (missing.length > 0) {
    findings.push(failure(
      `Not scheduled as the migrations do it: ${listed(missing)}.`,
      "Run the `private.schedule_job(…)` statements of these jobs in supabase/migrations again.",
    ));
  }
  const inactive = named((job) => job.is_scheduled && !job.is_active);
  if (inactive.length > 0) {
    findings.push(failure(
      `Scheduled, but not active: ${listed(inactive)}.`,
      "Activate them: `select cron.alter_job(jobid, active => true) from cron.job where jobname like 'carrel\\_%'`.",
    ));
  }
  const late = named((job) => job.is_late && job.is_active);
  if (late.length > jobs.length / 2) {
    findings.push(failure(
      `${late.length} of ${jobs.length} jobs are late: pg_cron has stopped.`,
      "Restart the project in the dashboard, and see the last rows of cron.job_run_details.",
    ));
  } else if (late.length > 0) {
    findings.push(failure(`Late: ${listed(late)}.`, "See the job's last rows in cron.job_run_details."));
  }
  for (const { name, failures, last_error } of jobs.filter((job) => job.failures > 0)) {
    findings.push(failure(
      `The job ${name} fails (runs in a row: ${failures}): ${last_error}.`,
      "Mend the cause; `select * from alarms()` shows the statement that runs the job at once.",
    ));
  }
  return findings;
}

export const jobs: Check = {
  name: "jobs",
  about: "the jobs of pg_cron and their last runs",
  needs: ["database"],
  after: ["migrations", "extensions"],
  async run({ sql }) {
    const rows = await sql<Job[]>`
      select j.name, c.jobid is not null as is_scheduled, coalesce(c.active, false) as is_active,
        coalesce(c.command = format('select private.run_job(%L, %L)', j.name, j.command), false) as is_same,
        private.is_late(j.last_run_at, j.every) as is_late, j.failures, j.last_error
      from ops.job j left join cron.job c on c.jobname = 'carrel_' || j.name
      order by j.name`;
    const expected = await expectedJobs();
    return orOk(
      judge(rows, expected),
      `${expected.length} jobs are scheduled, and their last runs succeeded.`,
    );
  },
};
