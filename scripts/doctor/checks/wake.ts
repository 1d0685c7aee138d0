// Does a call of the database reach its workers? Both are woken once, as a job does every ten minutes; nothing else is written.
import type postgres from "postgres";
import { type Check, failure, listed, ok, skipped } from "../check.ts";

/** pg_net sends within a second; a worker that must be started takes a few. */
const WAIT_MS = 15_000;
const WORKERS = ["bundle", "webhooks"];

/** The workers that have not used a token since the time. */
async function silent(sql: postgres.Sql, since: string): Promise<string[]> {
  const rows = await sql<{ slug: string }[]>`
    select s.slug from unnest(${`{${WORKERS.join()}}`}::text::text[]) s (slug)
    where not exists (
      select from ops.wake w where w.slug = s.slug and w.taken_at is not null and w.sent_at >= ${since}::text::timestamptz)`;
  return rows.map(({ slug }) => slug);
}

/** What pg_net heard since the time, such as `503` or `Timeout was reached`; empty while it has heard nothing. */
async function heard(sql: postgres.Sql, since: string): Promise<string[]> {
  const rows = await sql<{ said: string }[]>`
    select coalesce(r.status_code::text, r.error_msg, 'a timeout') as said from net._http_response r
    where r.created >= ${since}::text::timestamptz`;
  return rows.map(({ said }) => said);
}

/** Waits until both workers have used their tokens; returns those that have not. */
async function waitForWorkers(sql: postgres.Sql, since: string): Promise<string[]> {
  let end = performance.now() + WAIT_MS;
  for (;;) {
    const missing = await silent(sql, since);
    if (missing.length === 0 || performance.now() > end) return missing;
    // A worker uses its token before it answers.
    if ((await heard(sql, since)).length >= WORKERS.length) end = Math.min(end, performance.now() + 1000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const wake: Check = {
  name: "wake-up",
  about: "the way from the database to its workers",
  needs: ["database"],
  after: ["migrations", "extensions", "limits", "functions", "secrets", "connection", "functions' role"],
  async run({ sql, target }) {
    const [state] = await sql<{ address: string | null; since: string }[]>`
      select (select s.decrypted_secret from vault.decrypted_secrets s where s.name = 'carrel_functions_url') as address,
        clock_timestamp()::text as since`;
    if (!state?.address) {
      return [failure(
        "The database does not know the address of its functions, so there are no bundles and no webhooks.",
        "Run `select ops.configure_signals('https://REF.supabase.co/functions/v1')`.",
      )];
    }
    if (target.url && state.address !== `${target.url}/functions/v1`) {
      return [failure(
        "The database wakes the functions of another project.",
        "Run `select ops.configure_signals('https://REF.supabase.co/functions/v1')` with this project's reference.",
      )];
    }
    if (!target.url && target.isLocal) return [skipped("needs --url or SUPABASE_URL")];
    await sql`select private.wake_function(s) from unnest(${`{${WORKERS.join()}}`}::text::text[]) s`;
    const missing = await waitForWorkers(sql, state.since);
    if (missing.length === 0) return [ok(`${WORKERS.join(" and ")} used the tokens that the database sent.`)];
    const answers = new Set((await heard(sql, state.since)).filter((said) => said !== "202"));
    return [failure(
      `${listed(missing)} did not use the token that the database sent: pg_net heard ${
        listed([...answers]) || "no answer"
      }.`,
      "See the function's log; if pg_net is stopped, restart the project.",
    )];
  },
};
