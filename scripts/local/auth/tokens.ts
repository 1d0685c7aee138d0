// Access tokens: the claims that policies and functions read, and who a caller is by their token.
import { errors } from "jose";
import { z } from "zod";
import type { AuthContext } from "./context.ts";
import { AuthError } from "./errors.ts";
import { asUuid, text } from "./request.ts";
import { findSession, type Session } from "./sessions.ts";
import { findUser, renderUser, type User } from "./users.ts";

/** Roles that may use the admin endpoints. */
const ADMIN_ROLES = ["service_role", "supabase_admin"];

const callerClaims = z.object({ sub: text, role: text, session_id: text });

/** A signed-in caller; tokens that were not issued for a session (made by hand) have none. */
export interface Caller {
  user: User;
  session: Session | undefined;
}

const badJwt = (message: string) => new AuthError(403, "bad_jwt", message);

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "token has invalid claims: token is expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `token has invalid claims: ${error.message}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "token signature is invalid";
  return `token is malformed: ${error instanceof Error ? error.message : error}`;
}

async function readClaims({ keys }: AuthContext, token: string) {
  if (token === "") throw new AuthError(401, "no_authorization", "This endpoint requires a Bearer token");
  try {
    return callerClaims.parse(await keys.verify(token));
  } catch (error) {
    throw badJwt(`invalid JWT: unable to parse or verify signature, ${describe(error)}`);
  }
}

/** The user behind a token; throws hosted's errors where the token, its user or its session is not valid. */
export async function requireUser(context: AuthContext, token: string): Promise<Caller> {
  const claims = await readClaims(context, token);
  if (claims.sub === "") throw badJwt("invalid claim: missing sub claim");
  const userId = asUuid(claims.sub);
  if (!userId) throw new AuthError(400, "bad_jwt", "invalid claim: sub claim must be a UUID");
  const user = await findUser(context.sql, userId);
  if (!user) throw new AuthError(403, "user_not_found", "User from sub claim in JWT does not exist");
  if (claims.session_id === "") return { user, session: undefined };
  const sessionId = asUuid(claims.session_id);
  if (!sessionId) throw badJwt("invalid claim: session_id claim must be a UUID");
  const session = await findSession(context.sql, sessionId);
  if (!session) {
    throw new AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist");
  }
  return { user, session };
}

/** Throws unless the token has an admin role. */
export async function requireAdmin(context: AuthContext, token: string): Promise<void> {
  const claims = await readClaims(context, token);
  if (!ADMIN_ROLES.includes(claims.role)) throw new AuthError(403, "not_admin", "User not allowed");
}

/** The answer to a sign-in or refresh: an access token with these claims, the refresh token and the user. */
export async function renderSession(
  context: AuthContext,
  user: User,
  session: Session,
  refreshToken: string,
) {
  const lifetime = context.options.accessTokenSeconds;
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + lifetime;
  const access_token = await context.keys.sign({
    iss: context.keys.issuer,
    sub: user.id,
    aud: user.aud,
    exp,
    iat,
    email: user.email ?? "",
    phone: user.phone ?? "",
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: session.aal,
    amr: session.amr,
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  });
  return {
    access_token,
    token_type: "bearer",
    expires_in: lifetime,
    expires_at: exp,
    refresh_token: refreshToken,
    user: renderUser(user),
  };
}
