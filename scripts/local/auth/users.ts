// Rows of auth.users and auth.identities: reading, writing, and the user object that clients see.
import { AUDIENCE, type Database, INSTANCE_ID } from "./context.ts";
import { validationFailed } from "./errors.ts";
import { type JsonObject } from "./request.ts";

interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: JsonObject;
  provider: string;
  email: string | null;
  last_sign_in_at: string | null;
  created_at: string | null;
  updated_at: string | null;
}

/** A user with their identities, as the database holds them. */
export interface User {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  invited_at: Date | null;
  phone: string | null;
  phone_confirmed_at: Date | null;
  confirmation_sent_at: Date | null;
  confirmed_at: Date | null;
  recovery_sent_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: JsonObject | null;
  raw_user_meta_data: JsonObject | null;
  created_at: Date | null;
  updated_at: Date | null;
  banned_until: Date | null;
  deleted_at: Date | null;
  is_anonymous: boolean;
  identities: IdentityRow[];
}

/** The user object of every answer, with GoTrue's names; times that are not set are left out. */
export function renderUser(user: User) {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? "",
    email_confirmed_at: user.email_confirmed_at ?? undefined,
    invited_at: user.invited_at ?? undefined,
    phone: user.phone ?? "",
    phone_confirmed_at: user.phone_confirmed_at ?? undefined,
    confirmation_sent_at: user.confirmation_sent_at ?? undefined,
    confirmed_at: user.confirmed_at ?? undefined,
    recovery_sent_at: user.recovery_sent_at ?? undefined,
    last_sign_in_at: user.last_sign_in_at ?? undefined,
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: user.identities.map((identity) => ({
      identity_id: identity.id,
      id: identity.provider_id,
      user_id: identity.user_id,
      identity_data: identity.identity_data,
      provider: identity.provider,
      last_sign_in_at: asTime(identity.last_sign_in_at),
      created_at: asTime(identity.created_at),
      updated_at: asTime(identity.updated_at),
      email: identity.email ?? undefined,
    })),
    created_at: user.created_at ?? undefined,
    updated_at: user.updated_at ?? undefined,
    banned_until: user.banned_until ?? undefined,
    deleted_at: user.deleted_at ?? undefined,
    is_anonymous: user.is_anonymous,
  };
}

// Identities arrive as JSON, whose times PostgreSQL writes with an offset; clients see `Z` everywhere.
const asTime = (time: string | null) => time === null ? undefined : new Date(time);

/** Whether the user may not sign in or refresh now. */
export function isBanned(user: User): boolean {
  return user.banned_until !== null && user.banned_until.getTime() > Date.now();
}

/** The address in lower case; `validation_failed` for what is none. */
export function parseEmail(email: string): string {
  if (email.length > 255) throw validationFailed("An email address is too long");
  if (
    !/^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(
      email,
    )
  ) {
    throw validationFailed("Unable to validate email address: invalid format");
  }
  return email.toLowerCase();
}

const identitiesOf = (sql: Database) =>
  sql`coalesce((
    select jsonb_agg(to_jsonb(i) order by i.created_at, i.id) from auth.identities i where i.user_id = u.id
  ), '[]') as identities`;

/** The user with this id. */
export async function findUser(sql: Database, id: string): Promise<User | undefined> {
  const [user] = await sql<User[]>`
    select u.*, ${identitiesOf(sql)} from auth.users u where u.instance_id = ${INSTANCE_ID} and u.id = ${id}`;
  return user;
}

/** The user with this address, whatever its case; users of a single sign-on provider are not looked at. */
export async function findUserByEmail(sql: Database, email: string): Promise<User | undefined> {
  const [user] = await sql<User[]>`
    select u.*, ${identitiesOf(sql)} from auth.users u
    where u.instance_id = ${INSTANCE_ID} and lower(u.email) = ${email.toLowerCase()} and u.aud = ${AUDIENCE}
      and u.is_sso_user = false`;
  return user;
}

/** A page of users, newest first, and how many there are; `filter` is a part of an address or full name. */
export async function listUsers(
  sql: Database,
  page: { offset: number; limit: number; filter: string },
): Promise<{ users: User[]; total: number }> {
  const matching = sql`
    u.instance_id = ${INSTANCE_ID} and u.aud = ${AUDIENCE} and (
      ${page.filter} = '' or u.email like ${`%${page.filter}%`}
      or u.raw_user_meta_data ->> 'full_name' ilike ${`%${page.filter}%`}
    )`;
  const [count] = await sql<{ total: number }[]>`
    select count(*)::integer as total from auth.users u where ${matching}`;
  const users = await sql<User[]>`
    select u.*, ${identitiesOf(sql)} from auth.users u where ${matching}
    order by u.created_at desc, u.id limit ${page.limit} offset ${page.offset}`;
  return { users, total: count?.total ?? 0 };
}

/** What a new row of auth.users starts with; everything else is set by {@link changeUser}. */
export interface NewUser {
  id: string;
  email: string | null;
  passwordHash: string;
  appMetadata: JsonObject;
  userMetadata: JsonObject;
  isAnonymous: boolean;
}

/**
 * Inserts a user as bare as hosted does: role and confirmation follow in an update, so that a trigger on
 * insert finds them unset here too. The token columns are empty rather than null, also like hosted's.
 */
export async function insertUser(sql: Database, user: NewUser): Promise<void> {
  await sql`
    insert into auth.users (
      instance_id, id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data, is_anonymous,
      confirmation_token, recovery_token, email_change_token_new, email_change, created_at, updated_at
    ) values (
      ${INSTANCE_ID}, ${user.id}, ${AUDIENCE}, '', ${user.email}, ${user.passwordHash},
      ${sql.json(user.appMetadata)}, ${sql.json(user.userMetadata)}, ${user.isAnonymous},
      '', '', '', '', now(), now()
    )`;
}

/** Changes to a user; what is left out stays as it is. */
export interface UserChanges {
  role?: string;
  email?: string;
  phone?: string;
  passwordHash?: string | null;
  emailConfirmedAt?: Date;
  lastSignInAt?: Date;
  appMetadata?: JsonObject;
  userMetadata?: JsonObject;
  bannedUntil?: Date | null;
  deletedAt?: Date;
  isAnonymous?: boolean;
}

/** Applies changes to one row; none at all is no statement, so no trigger fires. */
export async function changeUser(sql: Database, id: string, changes: UserChanges): Promise<void> {
  const json = (value: JsonObject | undefined) => value === undefined ? undefined : sql.json(value);
  const columns = Object.fromEntries(
    Object.entries({
      role: changes.role,
      email: changes.email,
      phone: changes.phone,
      encrypted_password: changes.passwordHash,
      email_confirmed_at: changes.emailConfirmedAt,
      last_sign_in_at: changes.lastSignInAt,
      raw_app_meta_data: json(changes.appMetadata),
      raw_user_meta_data: json(changes.userMetadata),
      banned_until: changes.bannedUntil,
      deleted_at: changes.deletedAt,
      is_anonymous: changes.isAnonymous,
    }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(columns).length === 0) return;
  await sql`update auth.users set ${sql({ ...columns, updated_at: new Date() })} where id = ${id}`;
}

/** The identity's data as hosted stores it for an address and password. */
export function emailIdentity(userId: string, email: string, verified = false): JsonObject {
  return { sub: userId, email, email_verified: verified, phone_verified: false };
}

/** Makes or updates the user's email identity. */
export async function putEmailIdentity(sql: Database, userId: string, data: JsonObject): Promise<void> {
  await sql`
    insert into auth.identities (
      provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
    ) values (${userId}, ${userId}, ${sql.json(data)}, 'email', now(), now(), now())
    on conflict (provider_id, provider) do update
      set identity_data = identities.identity_data || excluded.identity_data, updated_at = now()`;
}
