// Accounts and sessions for tests and benchmarks that sign tokens themselves: the rows that Auth writes at a sign-in.
import type postgres from "postgres";

/** Opens a session for each user, whose account is created if there is none, and returns the sessions in the users' order. */
export async function signIn(
  sql: postgres.ISql,
  users: readonly string[],
  appMetadata: object = {},
): Promise<string[]> {
  const sessions = users.map(() => crypto.randomUUID());
  await sql`
    insert into auth.users (id, aud, role, raw_app_meta_data, created_at, updated_at)
    select u, 'authenticated', 'authenticated', ${
    JSON.stringify(appMetadata)
  }::text::jsonb, now(), now() from unnest(${[...users]}::uuid[]) u
    on conflict do nothing`;
  await sql`
    insert into auth.sessions (id, user_id, created_at, updated_at)
    select s, u, clock_timestamp(), clock_timestamp() from unnest(${sessions}::uuid[], ${[
    ...users,
  ]}::uuid[]) r (s, u)`;
  return sessions;
}

/** Lets tokens without a session push and pull, for tests that are about something else. */
export async function acceptTokensWithoutSession(sql: postgres.ISql): Promise<void> {
  await sql`update ops.session_setting set accept_tokens_without_session = true`;
}
