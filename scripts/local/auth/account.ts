// What signed-in users do with their own account: look at it, change it, sign out.
import { z } from "zod";
import { transaction } from "../postgres/transaction.ts";
import type { Call } from "./call.ts";
import type { AuthContext } from "./context.ts";
import { AuthError, notImplemented, validationFailed } from "./errors.ts";
import { assertAcceptable, hashPassword, matches } from "./passwords.ts";
import { type JsonObject, jsonObject, mergeJson, readBody, text } from "./request.ts";
import { endSessions, type SignOutScope } from "./sessions.ts";
import { requireUser } from "./tokens.ts";
import {
  changeUser,
  emailIdentity,
  findUser,
  findUserByEmail,
  parseEmail,
  putEmailIdentity,
  renderUser,
  type User,
  type UserChanges,
} from "./users.ts";

const updateBody = z.object({
  email: text,
  phone: text,
  password: z.string().nullish(),
  data: jsonObject.nullish(),
  app_metadata: jsonObject.nullish(),
});

/** `GET /user` */
export async function getUser(context: AuthContext, { token }: Call): Promise<Response> {
  const { user } = await requireUser(context, token);
  return Response.json(renderUser(user));
}

/** `PUT /user`: metadata, password, and the address of an anonymous user. */
export async function putUser(context: AuthContext, { request, token }: Call): Promise<Response> {
  const { user, session } = await requireUser(context, token);
  const body = await readBody(request, updateBody);
  const email = body.email === "" ? user.email : parseEmail(body.email);
  if (body.phone !== "") throw notImplemented("changing a phone number");
  if (typeof body.password === "string") assertAcceptable(body.password);
  if (body.app_metadata) {
    throw new AuthError(403, "not_admin", "Updating app_metadata requires admin privileges");
  }
  if (user.is_anonymous && body.password && email === null) {
    const message = "Updating password of an anonymous user without an email or phone is not allowed";
    throw new AuthError(422, "validation_failed", message);
  }
  const newEmail = email === user.email ? null : email;
  if (newEmail !== null) await assertMayTake(context, user, newEmail);
  const passwordHash = body.password ? await newPasswordHash(user, body.password) : undefined;

  const userMetadata = body.data ? mergeJson(user.raw_user_meta_data, body.data) : undefined;
  const changes: UserChanges = {
    passwordHash,
    userMetadata,
    ...(newEmail === null ? {} : becomePermanent(user, newEmail, userMetadata)),
  };
  const changed = await transaction(context.sql, async (sql) => {
    if (newEmail !== null) await putEmailIdentity(sql, user.id, emailIdentity(user.id, newEmail, true));
    await changeUser(sql, user.id, changes);
    // Whoever knew the old password is signed out, this session excepted.
    if (passwordHash) await endSessions(sql, user.id, session ? "others" : "global", session?.id);
    return await findUser(sql, user.id);
  });
  return Response.json(renderUser(changed ?? user));
}

async function assertMayTake(context: AuthContext, user: User, email: string): Promise<void> {
  const holder = await findUserByEmail(context.sql, email);
  if (holder && holder.id !== user.id) {
    throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
  }
  // Hosted sends a confirmation mail to the old and the new address, whatever `mailer_autoconfirm` says.
  if (!user.is_anonymous) {
    throw notImplemented("changing an email address, which needs a mail; use the admin endpoints");
  }
}

async function newPasswordHash(user: User, password: string): Promise<string> {
  if (user.encrypted_password && await matches(password, user.encrypted_password)) {
    throw new AuthError(422, "same_password", "New password should be different from the old password.");
  }
  return hashPassword(password);
}

function becomePermanent(user: User, email: string, userMetadata: JsonObject | undefined): UserChanges {
  return {
    email,
    emailConfirmedAt: new Date(),
    isAnonymous: false,
    appMetadata: { ...user.raw_app_meta_data, provider: "email", providers: ["email"] },
    userMetadata: { ...(userMetadata ?? user.raw_user_meta_data), email_verified: true },
  };
}

/** `POST /logout?scope=global|local|others` */
export async function postLogout(context: AuthContext, { url, token }: Call): Promise<Response> {
  const { user, session } = await requireUser(context, token);
  await endSessions(context.sql, user.id, signOutScope(url), session?.id);
  return new Response(null, { status: 204 });
}

function signOutScope(url: URL): SignOutScope {
  const scope = url.searchParams.get("scope") ?? "";
  switch (scope) {
    case "":
      return "global";
    case "global":
    case "local":
    case "others":
      return scope;
    default:
      throw validationFailed(`Unsupported logout scope "${scope}"`);
  }
}
