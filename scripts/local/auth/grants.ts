// `POST /token`: signing in with a password, and exchanging a refresh token.
import { z } from "zod";
import { transaction } from "../postgres/transaction.ts";
import type { Call } from "./call.ts";
import type { AuthContext, Database } from "./context.ts";
import { AuthError, notImplemented, unexpectedFailure, validationFailed } from "./errors.ts";
import { matches, weakness } from "./passwords.ts";
import { readBody, text } from "./request.ts";
import {
  exchangeRefreshToken,
  findRefreshToken,
  findSession,
  openSession,
  type Session,
  type SignInMethod,
} from "./sessions.ts";
import { renderSession } from "./tokens.ts";
import { changeUser, findUser, findUserByEmail, isBanned, type User } from "./users.ts";

const passwordGrant = z.object({ email: text, phone: text, password: text });
const refreshGrant = z.object({ refresh_token: text });

const userAgentOf = (request: Request) => request.headers.get("user-agent");

/** The grant that `grant_type` names. */
export function postToken(context: AuthContext, call: Call): Promise<Response> {
  const grantType = call.url.searchParams.get("grant_type") ?? "";
  switch (grantType) {
    case "password":
      return signInWithPassword(context, call);
    case "refresh_token":
      return refresh(context, call);
    case "id_token":
    case "pkce":
    case "web3":
      throw notImplemented(`the grant type ${grantType}`);
    default:
      throw new AuthError(400, "invalid_credentials", "unsupported_grant_type");
  }
}

/** Opens a session within a transaction that has decided to let the user in. */
export async function signIn(sql: Database, userId: string, method: SignInMethod, request: Request) {
  const opened = await openSession(sql, userId, method, userAgentOf(request));
  await changeUser(sql, userId, { lastSignInAt: new Date() });
  // Read again: triggers of the project may have changed the row, and the token says what is stored.
  const user = await findUser(sql, userId);
  if (!user) {
    throw unexpectedFailure("Database error granting user", `user ${userId} vanished while signing in`);
  }
  return { ...opened, user };
}

async function signInWithPassword(context: AuthContext, { request }: Call): Promise<Response> {
  const { email, phone, password } = await readBody(request, passwordGrant);
  if (email !== "" && phone !== "") {
    throw validationFailed("Only an email address or phone number should be provided on login.");
  }
  if (phone !== "") throw new AuthError(422, "phone_provider_disabled", "Phone logins are disabled");
  if (email === "") throw validationFailed("missing email or phone");

  const invalid = new AuthError(400, "invalid_credentials", "Invalid login credentials");
  const found = await findUserByEmail(context.sql, email);
  if (!found?.encrypted_password) throw invalid;
  if (isBanned(found)) throw new AuthError(400, "user_banned", "User is banned");
  if (!await matches(password, found.encrypted_password)) throw invalid;
  if (found.email_confirmed_at === null) {
    throw new AuthError(400, "email_not_confirmed", "Email not confirmed");
  }

  const opened = await transaction(context.sql, (sql) => signIn(sql, found.id, "password", request));
  const body = await renderSession(context, opened.user, opened.session, opened.refreshToken);
  const weak = weakness(password);
  return Response.json(
    weak ? { ...body, weak_password: { message: weak.message, reasons: weak.reasons } } : body,
  );
}

type Refreshed = { user: User; session: Session; refreshToken: string };

async function refresh(context: AuthContext, { request }: Call): Promise<Response> {
  const { refresh_token: token } = await readBody(request, refreshGrant);
  if (token === "") throw validationFailed("refresh_token required");
  const refreshed = await transaction(context.sql, async (sql): Promise<Refreshed | "reused"> => {
    const { userId, sessionId } = await findRefreshToken(sql, token);
    const user = await findUser(sql, userId);
    if (user && isBanned(user)) {
      throw new AuthError(400, "user_banned", "Invalid Refresh Token: User Banned");
    }
    const exchange = await exchangeRefreshToken(sql, context, {
      token,
      sessionId,
      userAgent: userAgentOf(request),
    });
    // Not thrown in here: the revocation has to be committed.
    if ("reused" in exchange) return "reused";
    const session = await findSession(sql, sessionId);
    if (!user || !session) {
      throw new AuthError(400, "session_not_found", "Invalid Refresh Token: No Valid Session Found");
    }
    return { user, session, refreshToken: exchange.refreshToken };
  });
  if (refreshed === "reused") {
    throw new AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
  }
  return Response.json(
    await renderSession(context, refreshed.user, refreshed.session, refreshed.refreshToken),
  );
}
