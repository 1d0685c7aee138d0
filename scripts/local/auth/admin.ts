// `/admin/users`: making, reading, changing and deleting users with the secret key.
import { z } from "zod";
import { transaction } from "../postgres/transaction.ts";
import type { Call } from "./call.ts";
import { AUDIENCE, type AuthContext, type Database } from "./context.ts";
import { parseDuration } from "./duration.ts";
import { AuthError, notImplemented, unexpectedFailure, validationFailed, violates } from "./errors.ts";
import { assertAcceptable, assertBcryptHash, hashPassword } from "./passwords.ts";
import { asUuid, flag, jsonObject, mergeJson, parseBody, readBody, text } from "./request.ts";
import { endSessions } from "./sessions.ts";
import { softDelete } from "./soft_delete.ts";
import { requireAdmin } from "./tokens.ts";
import {
  changeUser,
  emailIdentity,
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  parseEmail,
  putEmailIdentity,
  renderUser,
  type User,
  type UserChanges,
} from "./users.ts";

const userBody = z.object({
  id: text,
  role: text,
  email: text,
  phone: text,
  password: z.string().nullish(),
  password_hash: text,
  email_confirm: flag,
  user_metadata: jsonObject.nullish(),
  app_metadata: jsonObject.nullish(),
  ban_duration: text,
});
type UserBody = z.infer<typeof userBody>;
const deleteBody = z.object({ should_soft_delete: flag });

const emailExists = () =>
  new AuthError(422, "email_exists", "A user with this email address has already been registered");

function bannedUntil(duration: string): Date | null | undefined {
  if (duration === "") return undefined;
  const milliseconds = duration === "none" ? 0 : parseDuration(duration);
  return milliseconds === 0 ? null : new Date(Date.now() + milliseconds);
}

async function readUserBody(request: Request): Promise<UserBody> {
  const body = await readBody(request, userBody);
  if (body.phone !== "") throw notImplemented("users with a phone number");
  return { ...body, email: body.email === "" ? "" : parseEmail(body.email) };
}

async function loadUser(sql: Database, id: string): Promise<User> {
  const uuid = asUuid(id);
  if (!uuid) throw new AuthError(404, "validation_failed", "user_id must be an UUID");
  const user = await findUser(sql, uuid);
  if (!user) throw new AuthError(404, "user_not_found", "User not found");
  return user;
}

/** `GET /admin/users?page=&per_page=&filter=`, newest first, with `X-Total-Count` and `Link`. */
export async function getUsers(context: AuthContext, { url, token }: Call): Promise<Response> {
  await requireAdmin(context, token);
  const page = Math.max(pageNumber(url, "page", 1), 1);
  const limit = Math.max(pageNumber(url, "per_page", 50), 1);
  const filter = url.searchParams.get("filter") ?? "";
  const { users, total } = await listUsers(context.sql, { offset: (page - 1) * limit, limit, filter });
  const lastPage = Math.ceil(total / limit);
  const link = (rel: string, target: number) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("page", String(target));
    // Sorted as Go's encoder does: supabase-js reads the page from the first parameter.
    query.sort();
    return `</admin/users?${query}>; rel="${rel}"`;
  };
  const links = [...(page < lastPage ? [link("next", page + 1)] : []), link("last", lastPage)];
  return Response.json({ users: users.map(renderUser), aud: AUDIENCE }, {
    headers: { "X-Total-Count": String(total), "Link": links.join(", ") },
  });
}

function pageNumber(url: URL, name: string, fallback: number): number {
  const value = url.searchParams.get(name) ?? "";
  if (value === "") return fallback;
  if (!/^\d{1,7}$/.test(value)) {
    throw validationFailed(
      `Bad Pagination Parameters: strconv.ParseUint: parsing "${value}": invalid syntax`,
    );
  }
  return Number(value);
}

/** `GET /admin/users/:id` */
export async function getUserById(context: AuthContext, { token, id }: Call): Promise<Response> {
  await requireAdmin(context, token);
  return Response.json(renderUser(await loadUser(context.sql, id)));
}

/** `POST /admin/users` */
export async function postUser(context: AuthContext, { request, token }: Call): Promise<Response> {
  await requireAdmin(context, token);
  const body = await readUserBody(request);
  if (body.email === "") throw validationFailed("Cannot create a user without either an email or phone");
  if (await findUserByEmail(context.sql, body.email)) throw emailExists();
  const id = body.id === "" ? crypto.randomUUID() : asUuid(body.id);
  if (!id) throw validationFailed("ID must conform to the uuid v4 format");
  const passwordHash = await initialHash(body);
  const until = bannedUntil(body.ban_duration);
  try {
    const user = await transaction(context.sql, async (sql) => {
      const appMetadata = { provider: "email", providers: ["email"] };
      const userMetadata = body.user_metadata ?? {};
      await insertUser(sql, {
        id,
        email: body.email,
        passwordHash,
        appMetadata,
        userMetadata,
        isAnonymous: false,
      });
      await putEmailIdentity(sql, id, emailIdentity(id, body.email));
      await changeUser(sql, id, {
        role: body.role || "authenticated",
        appMetadata: body.app_metadata ? mergeJson(appMetadata, body.app_metadata) : undefined,
        ...(body.email_confirm ? confirmation(userMetadata) : {}),
        bannedUntil: until,
      });
      return await loadUser(sql, id);
    });
    return Response.json(renderUser(user));
  } catch (error) {
    throw unexpectedFailure("Database error creating new user", error);
  }
}

// Without a password the user can't sign in until one is set; hosted makes one up for the same effect.
function initialHash(body: UserBody): Promise<string> | string {
  if (body.password_hash === "") return hashPassword(body.password || crypto.randomUUID());
  if (body.password !== null && body.password !== undefined) {
    throw validationFailed("Only a password or a password hash should be provided");
  }
  assertBcryptHash(body.password_hash);
  return body.password_hash;
}

function confirmation(userMetadata: User["raw_user_meta_data"]): UserChanges {
  return { emailConfirmedAt: new Date(), userMetadata: { ...userMetadata, email_verified: true } };
}

/** `PUT /admin/users/:id` */
export async function putUserById(context: AuthContext, { request, token, id }: Call): Promise<Response> {
  await requireAdmin(context, token);
  const user = await loadUser(context.sql, id);
  const body = await readUserBody(request);
  if (typeof body.password === "string") assertAcceptable(body.password);
  const changes: UserChanges = {
    role: body.role || undefined,
    email: body.email || undefined,
    bannedUntil: bannedUntil(body.ban_duration),
    passwordHash: body.password ? await hashPassword(body.password) : undefined,
    ...(body.email_confirm ? confirmation(user.raw_user_meta_data) : {}),
  };
  if (body.email !== "" && body.email_confirm) changes.isAnonymous = false;
  if (body.app_metadata) changes.appMetadata = mergeJson(user.raw_app_meta_data, body.app_metadata);
  if (body.user_metadata) {
    changes.userMetadata = mergeJson(changes.userMetadata ?? user.raw_user_meta_data, body.user_metadata);
  }
  try {
    const changed = await transaction(context.sql, async (sql) => {
      if (body.email !== "") {
        await putEmailIdentity(sql, user.id, emailIdentity(user.id, body.email, body.email_confirm));
      }
      await changeUser(sql, user.id, changes);
      if (changes.passwordHash) await endSessions(sql, user.id);
      return await loadUser(sql, user.id);
    });
    return Response.json(renderUser(changed));
  } catch (error) {
    if (violates(error, "users_email_partial_key")) throw emailExists();
    throw unexpectedFailure("Error updating user", error);
  }
}

/** `DELETE /admin/users/:id`; with `should_soft_delete` the row stays, without anything personal in it. */
export async function deleteUserById(context: AuthContext, { request, token, id }: Call): Promise<Response> {
  await requireAdmin(context, token);
  const user = await loadUser(context.sql, id);
  const body = await request.text();
  const softly = body !== "" && parseBody(body, deleteBody).should_soft_delete;
  try {
    await transaction(context.sql, async (sql) => {
      if (softly) await softDelete(sql, user);
      else await sql`delete from auth.users where id = ${user.id}`;
    });
  } catch (error) {
    throw unexpectedFailure("Database error deleting user", error);
  }
  return Response.json({});
}
