// Sessions and their refresh tokens: opening, exchanging, ending.
import { type AuthContext, type Database, INSTANCE_ID } from "./context.ts";
import { AuthError } from "./errors.ts";

/** How a session was opened, as the claim `amr` names it. */
export type SignInMethod = "password" | "anonymous";

/** A session with what its access tokens say of it. */
export interface Session {
  id: string;
  user_id: string;
  aal: string;
  amr: { method: string; timestamp: number }[];
}

/** Which sessions a sign-out ends. */
export type SignOutScope = "global" | "local" | "others";

// Twelve characters of 32 are 60 random bits; hosted's tokens look the same.
function randomToken(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => alphabet[byte % 32]).join("");
}

/** Opens a session and returns its first refresh token. */
export async function openSession(
  sql: Database,
  userId: string,
  method: SignInMethod,
  userAgent: string | null,
): Promise<{ session: Session; refreshToken: string }> {
  const id = crypto.randomUUID();
  const refreshToken = randomToken();
  const openedAt = new Date();
  await sql`
    with session as (
      insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent)
      values (${id}, ${userId}, now(), now(), 'aal1', ${userAgent})
    ), method as (
      insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
      values (gen_random_uuid(), ${id}, ${method}, ${openedAt}, ${openedAt})
    )
    insert into auth.refresh_tokens (instance_id, token, user_id, session_id, revoked, created_at, updated_at)
    values (${INSTANCE_ID}, ${refreshToken}, ${userId}, ${id}, false, now(), now())`;
  const timestamp = Math.floor(openedAt.getTime() / 1000);
  return { session: { id, user_id: userId, aal: "aal1", amr: [{ method, timestamp }] }, refreshToken };
}

/** The session with this id, unless it was ended. */
export async function findSession(sql: Database, id: string): Promise<Session | undefined> {
  const [session] = await sql<Session[]>`
    select s.id, s.user_id, s.aal, coalesce((
      select jsonb_agg(
        jsonb_build_object('method', c.authentication_method, 'timestamp', floor(extract(epoch from c.updated_at)))
        order by c.updated_at desc
      ) from auth.mfa_amr_claims c where c.session_id = s.id
    ), '[]') as amr
    from auth.sessions s where s.id = ${id}`;
  return session;
}

/** The user and session that a refresh token belongs to. */
export async function findRefreshToken(
  sql: Database,
  token: string,
): Promise<{ userId: string; sessionId: string }> {
  const [found] = await sql<{ userId: string; sessionId: string }[]>`
    select user_id as "userId", session_id as "sessionId" from auth.refresh_tokens
    where token = ${token} and session_id is not null`;
  if (!found) throw unknownRefreshToken();
  return found;
}

const unknownRefreshToken = () =>
  new AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");

/** What became of a refresh token that was sent in: the one to use from now on, or a theft. */
export type Exchange = { refreshToken: string } | { reused: true };

/**
 * Exchanges a refresh token. Like hosted:
 * 1. a token that was never exchanged is revoked and replaced by a child;
 * 2. the parent of the newest token gets the newest one again, however late: its client lost our answer;
 * 3. any other revoked token still gets a child for a short while (several tabs refreshing at once);
 * 4. later than that someone else may hold it: all tokens of the session are revoked.
 * The transaction must commit in every case. The session's row is the lock, taken before anything else is
 * read, so two exchanges within one session never wait for each other's tokens.
 */
export async function exchangeRefreshToken(
  sql: Database,
  { options }: AuthContext,
  { token, sessionId, userAgent }: { token: string; sessionId: string; userAgent: string | null },
): Promise<Exchange> {
  const locked = await sql`
    update auth.sessions
    set refreshed_at = now() at time zone 'utc', updated_at = now(), user_agent = ${userAgent}
    where id = ${sessionId} returning id`;
  const [sent] = await sql<{ id: string; user_id: string; revoked: boolean; reusable: boolean }[]>`
    select id, user_id, revoked,
      clock_timestamp() <= updated_at + make_interval(secs => ${options.refreshReuseSeconds}) as reusable
    from auth.refresh_tokens where token = ${token}`;
  if (locked.length === 0 || !sent) throw unknownRefreshToken();

  if (sent.revoked) {
    const [newest] = await sql<{ token: string; parent: string | null }[]>`
      select token, parent from auth.refresh_tokens
      where session_id = ${sessionId} and not revoked order by id desc limit 1`;
    if (newest?.parent === token) return { refreshToken: newest.token };
    if (!sent.reusable) {
      await sql`update auth.refresh_tokens set revoked = true where session_id = ${sessionId} and not revoked`;
      return { reused: true };
    }
  }
  const refreshToken = randomToken();
  await sql`
    with sent as (
      update auth.refresh_tokens set revoked = true, updated_at = now() where id = ${sent.id}
    )
    insert into auth.refresh_tokens (
      instance_id, token, user_id, session_id, parent, revoked, created_at, updated_at
    ) values (${INSTANCE_ID}, ${refreshToken}, ${sent.user_id}, ${sessionId}, ${token}, false, now(), now())`;
  return { refreshToken };
}

/** Ends sessions of a user; their refresh tokens go with them. Without `sessionId` that is all of them. */
export async function endSessions(
  sql: Database,
  userId: string,
  scope: SignOutScope = "global",
  sessionId: string | null = null,
): Promise<void> {
  await sql`
    delete from auth.sessions where user_id = ${userId} and (
      ${scope} = 'global' or ${sessionId}::uuid is null
      or (${scope} = 'local' and id = ${sessionId}::uuid) or (${scope} = 'others' and id <> ${sessionId}::uuid)
    )`;
}
