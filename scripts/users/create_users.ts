// One user for each role of the app, through the Auth admin API. The library behind `npm run users:create`.
import { createClient, type User } from "@supabase/supabase-js";
import { UserError } from "../command/command.ts";
import { assertLoopback, type Target } from "./target.ts";

/** Roles as tokens carry them in `app_metadata.role`. */
export const ROLES = ["learner", "instructor", "support", "admin"] as const;
/** One of the app's roles. */
export type Role = typeof ROLES[number];

/** A user with what is needed to sign in. */
export interface CreatedUser {
  role: Role;
  email: string;
  password: string;
  id: string;
  /** False where the user was there before; role and password are new then. */
  created: boolean;
}

/** The Auth service refused; the message says what. */
export class UserRefused extends UserError {
  override readonly name = "UserRefused";
}

const PAGE = 1_000;

/** `.test` is reserved: no such address can be anybody's, and no message to it arrives. */
export function emailOf(role: Role): string {
  return `${role}@carrel.test`;
}

/** 18 random bytes in 24 characters that a shell takes as they are. */
function randomPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * Makes one user per role, or gives an existing one its role and a new password. `password` is for all of them; by
 * default each gets a random one. Throws `TargetRefused` for an address beyond this machine, before anything is sent,
 * and `UserRefused` with the Auth service's reason.
 */
export async function createUsers({ apiUrl, secretKey }: Target, password?: string): Promise<CreatedUser[]> {
  assertLoopback(apiUrl);
  const client = createClient(apiUrl, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { admin } = client.auth;

  /** The admin API has no look-up by e-mail; a local project has a page or two of users. */
  async function findByEmail(email: string): Promise<User | undefined> {
    for (let page = 1;; page++) {
      const { data, error } = await admin.listUsers({ page, perPage: PAGE });
      if (error) throw new UserRefused(`The users can't be listed: ${error.message}`, { cause: error });
      const found = data.users.find((user) => user.email === email);
      if (found || data.users.length < PAGE) return found;
    }
  }

  async function put(role: Role): Promise<CreatedUser> {
    const email = emailOf(role);
    const attributes = {
      password: password ?? randomPassword(),
      email_confirm: true,
      app_metadata: { role },
    };
    const existing = await findByEmail(email);
    const { data, error } = existing
      ? await admin.updateUserById(existing.id, attributes)
      : await admin.createUser({ email, ...attributes });
    if (error) throw new UserRefused(`${email}: ${error.message}`, { cause: error });
    return { role, email, password: attributes.password, id: data.user.id, created: existing === undefined };
  }

  const users: CreatedUser[] = [];
  for (const role of ROLES) users.push(await put(role));
  return users;
}
