// `POST /signup`: with address and password, or anonymously. Addresses count as confirmed at once, which is
// hosted's setting `mailer_autoconfirm`: there is no mail here.
import { z } from "zod";
import { transaction } from "../postgres/transaction.ts";
import type { Call } from "./call.ts";
import type { AuthContext, Database } from "./context.ts";
import { AuthError, unexpectedFailure, validationFailed } from "./errors.ts";
import { signIn } from "./grants.ts";
import { assertAcceptable, hashPassword } from "./passwords.ts";
import { type JsonObject, jsonObject, readBody, text } from "./request.ts";
import { renderSession } from "./tokens.ts";
import {
  changeUser,
  emailIdentity,
  findUserByEmail,
  insertUser,
  parseEmail,
  putEmailIdentity,
  type User,
} from "./users.ts";

const signUpBody = z.object({ email: text, phone: text, password: text, data: jsonObject.nullish() });
type SignUp = z.infer<typeof signUpBody>;

/** Makes a user and signs them in. */
export async function postSignup(context: AuthContext, { request }: Call): Promise<Response> {
  const body = await readBody(request, signUpBody);
  const anonymous = body.email === "" && body.phone === "";
  const enter = anonymous ? await signUpAnonymously(body) : await signUpWithEmail(context, body);
  const { user, session, refreshToken } = await transaction(context.sql, async (sql) => {
    const userId = await enter(sql);
    return signIn(sql, userId, anonymous ? "anonymous" : "password", request);
  });
  return Response.json(await renderSession(context, user, session, refreshToken));
}

/** Does a sign-up's writes and returns the user's id. */
type Enter = (sql: Database) => Promise<string>;

function signUpAnonymously({ data }: SignUp): Enter {
  const id = crypto.randomUUID();
  return async (sql) => {
    await saving("Database error creating anonymous user", async () => {
      await insertUser(sql, {
        id,
        email: null,
        passwordHash: "",
        appMetadata: {},
        userMetadata: data ?? {},
        isAnonymous: true,
      });
      await changeUser(sql, id, { role: "authenticated" });
    });
    return id;
  };
}

async function signUpWithEmail(context: AuthContext, body: SignUp): Promise<Enter> {
  if (body.password === "") throw validationFailed("Signup requires a valid password");
  assertAcceptable(body.password);
  if (body.email !== "" && body.phone !== "") {
    throw validationFailed("Only an email address or phone number should be provided on signup.");
  }
  if (body.phone !== "") throw new AuthError(400, "phone_provider_disabled", "Phone signups are disabled");
  const email = parseEmail(body.email);
  const existing = await findUserByEmail(context.sql, email);
  if (existing?.email_confirmed_at) {
    throw new AuthError(422, "user_already_exists", "User already registered");
  }
  if (existing) return (sql) => confirm(sql, existing);

  const id = crypto.randomUUID();
  const data = body.data ?? {};
  // Outside the transaction: no connection waits for a hash.
  const passwordHash = await hashPassword(body.password);
  return async (sql) => {
    await saving("Database error saving new user", async () => {
      const appMetadata = { provider: "email", providers: ["email"] };
      await insertUser(sql, { id, email, passwordHash, appMetadata, userMetadata: data, isAnonymous: false });
      const identity: JsonObject = { ...data, ...emailIdentity(id, email) };
      await putEmailIdentity(sql, id, identity);
      // Hosted copies the identity's data into user_metadata, then confirms the address.
      await changeUser(sql, id, {
        role: "authenticated",
        userMetadata: { ...identity, email_verified: true },
        emailConfirmedAt: new Date(),
      });
    });
    return id;
  };
}

// An admin made this user without confirming the address. Hosted confirms and signs in, and leaves the password
// and metadata that the admin set: it can't know whether they belong to the same person.
async function confirm(sql: Database, user: User): Promise<string> {
  await changeUser(sql, user.id, {
    emailConfirmedAt: new Date(),
    userMetadata: { ...user.raw_user_meta_data, email_verified: true },
  });
  return user.id;
}

/** Runs writes; what they raise (a project's trigger, say) becomes hosted's sentence. */
async function saving(sentence: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw unexpectedFailure(sentence, error);
  }
}
