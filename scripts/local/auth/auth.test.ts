// The auth stand-in against the contract that hosted fulfils, and what only the stand-in does.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { authContract } from "../contract/auth.ts";
import { ageRefreshTokens } from "../contract/auth_bench.ts";
import { throwAwayCluster } from "../harness.ts";
import { openKeys, type ProjectKeys } from "../keys.ts";
import type { Service } from "../service.ts";
import { until } from "../until.ts";
import { type AuthOptions, createAuth } from "./auth.ts";

const PASSWORD = "correct-horse-7";
const STATELESS = { auth: { persistSession: false, autoRefreshToken: false } };

const cluster = await throwAwayCluster();
const folder = await Deno.makeTempDir();
const logged: string[] = [];

/** The gateway's part: an API key stands for a token of its role, unless the caller has a token of their own. */
async function tokenOf(request: Request, keys: ProjectKeys): Promise<string> {
  const bearer = request.headers.get("authorization")?.replace(/^Bearer /i, "") ?? "";
  const role = keys.roleOf(request.headers.get("apikey") ?? "");
  const isOwnToken = bearer !== "" && keys.roleOf(bearer) === undefined;
  return isOwnToken || !role ? bearer : await keys.tokenFor(role);
}

async function serve(options: AuthOptions) {
  const started = Promise.withResolvers<{ keys: ProjectKeys; service: Service }>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { keys, service } = await started.promise;
    return service.fetch(request, await tokenOf(request, keys));
  });
  const apiUrl = `http://127.0.0.1:${server.addr.port}`;
  const keys = await openKeys(`${folder}/keys.json`, apiUrl);
  const context = { databaseUrl: cluster.url, keys, apiUrl, log: (line: string) => void logged.push(line) };
  const service = await createAuth(context, options);
  started.resolve({ keys, service });
  const close = async () => {
    await server.shutdown();
    await service.close();
  };
  return { apiUrl, keys, service, close, [Symbol.asyncDispose]: close };
}

const local = await serve({});
const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
const admin = postgres(cluster.url("supabase_admin"), { max: 1 });
Deno.test.afterAll(async () => {
  await Promise.all([sql.end(), admin.end()]);
  await local.close();
  await cluster[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

authContract({
  url: local.apiUrl,
  publishableKey: local.keys.publishableKey,
  secretKey: local.keys.secretKey,
  ageRefreshTokens: () => ageRefreshTokens(admin),
});

const newClient = (apiUrl = local.apiUrl) => createClient(apiUrl, local.keys.publishableKey, STATELESS);
const ask = (method: string, path: string, token: string, body?: string) =>
  local.service.fetch(new Request(`${local.apiUrl}/auth/v1${path}`, { method, body }), token);

Deno.test("requests that need mail, SMS or a third party are answered with 501 and one sentence", async () => {
  const calls = [
    ["POST", "/otp"],
    ["POST", "/recover"],
    ["POST", "/invite"],
    ["GET", "/authorize"],
    ["POST", "/factors"],
    ["GET", "/factors/1/verify"],
    ["POST", "/sso"],
    ["POST", "/admin/generate_link"],
    ["GET", `/admin/users/${crypto.randomUUID()}/factors`],
    ["POST", "/token?grant_type=pkce"],
  ] as const;
  for (const [method, path] of calls) {
    const answer = await ask(method, path, "", method === "POST" ? "{}" : undefined);
    const { error_code, msg } = await answer.json();
    assert.deepEqual([path, answer.status, error_code], [path, 501, "not_implemented_locally"]);
    assert.match(msg, /^The local auth service does not do this: .+\.$/);
  }
  const { error } = await newClient().auth.signInWithOtp({ email: "a@example.com" });
  assert.match(error?.message ?? "", /one-time passwords/);
});

Deno.test("the address of a permanent user and any phone number cannot be changed", async () => {
  const client = newClient();
  await client.auth.signUp({ email: "before@example.com", password: PASSWORD });
  for (const change of [{ email: "after@example.com" }, { phone: "+15550100" }]) {
    assert.equal((await client.auth.updateUser(change)).error?.status, 501);
  }
  assert.equal((await client.auth.getUser()).data.user?.email, "before@example.com");
});

Deno.test("a request without a token is unauthorized, and another method is not allowed", async () => {
  for (const path of ["/user", "/admin/users"]) {
    const answer = await ask("GET", path, "");
    assert.equal(answer.status, 401);
    assert.equal((await answer.json()).error_code, "no_authorization");
  }
  assert.equal((await ask("DELETE", "/user", "")).status, 405);
  assert.equal((await ask("constructor", "/user", "")).status, 405);
});

Deno.test("the API key of a role is no user, and an invalid user id is not found", async () => {
  const anonymous = await ask("GET", "/user", await local.keys.tokenFor("anon"));
  assert.deepEqual([anonymous.status, (await anonymous.json()).error_code], [403, "bad_jwt"]);
  const unknown = await ask("GET", "/admin/users/17", await local.keys.tokenFor("service_role"));
  assert.deepEqual([unknown.status, (await unknown.json()).error_code], [404, "validation_failed"]);
});

Deno.test("an expired access token is refused, and its refresh token still works", async () => {
  await using brief = await serve({ accessTokenSeconds: 1 });
  const client = newClient(brief.apiUrl);
  const { data } = await client.auth.signInAnonymously();
  assert.equal(data.session?.expires_in, 1);
  const token = data.session?.access_token ?? "";
  await until("the token's end", async () => (await client.auth.getUser(token)).error !== null, 100);
  const { error } = await client.auth.getUser(token);
  assert.deepEqual([error?.status, error?.code], [403, "bad_jwt"]);
  assert.match(error?.message ?? "", /token is expired$/);
  const refreshed = await client.auth.refreshSession({ refresh_token: data.session?.refresh_token ?? "" });
  assert.equal(refreshed.error, null);
});

Deno.test("a user with an unconfirmed address cannot sign in", async () => {
  const admin = createClient(local.apiUrl, local.keys.secretKey, STATELESS).auth.admin;
  const email = "unconfirmed@example.com";
  await admin.createUser({ email, password: PASSWORD });
  const { error } = await newClient().auth.signInWithPassword({ email, password: PASSWORD });
  assert.deepEqual([error?.status, error?.code], [400, "email_not_confirmed"]);
  const signedUp = await newClient().auth.signUp({ email, password: "another-password" });
  assert.equal(signedUp.error, null, "signing up confirms the address");
  assert.equal((await newClient().auth.signInWithPassword({ email, password: PASSWORD })).error, null);
});

Deno.test("a bcrypt hash of any cost can be imported", async () => {
  const admin = createClient(local.apiUrl, local.keys.secretKey, STATELESS).auth.admin;
  const { hash } = await import("bcryptjs");
  const email = "imported@example.com";
  const made = await admin.createUser({
    email,
    password_hash: await hash(PASSWORD, 10),
    email_confirm: true,
  });
  assert.equal(made.error, null);
  assert.equal((await newClient().auth.signInWithPassword({ email, password: PASSWORD })).error, null);
  const { error } = await admin.createUser({ email: "other@example.com", password_hash: "$argon2id$v=19" });
  assert.deepEqual([error?.status, error?.code], [400, "validation_failed"]);
});

Deno.test("a trigger of the project on auth.users runs and can refuse", async () => {
  await sql.unsafe(`
    create table public.seen (user_id uuid, operation text);
    create function public.see_user() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      if tg_op = 'INSERT' and new.raw_user_meta_data ->> 'name' = 'Mallory' then
        raise exception 'not you';
      end if;
      insert into public.seen values (coalesce(new.id, old.id), tg_op);
      return coalesce(new, old);
    end
    $$;
    create trigger see_user after insert or delete on auth.users for each row execute function public.see_user();
    create table public.owned (user_id uuid references auth.users (id) on delete cascade);
  `);
  const signUp = (name: string) =>
    newClient().auth.signUp({
      email: `${name}@example.com`,
      password: PASSWORD,
      options: { data: { name } },
    });
  const { data } = await signUp("Ada");
  const id = data.user?.id ?? "";
  await sql`insert into public.owned values (${id})`;
  await createClient(local.apiUrl, local.keys.secretKey, STATELESS).auth.admin.deleteUser(id);
  assert.deepEqual((await sql`select operation from public.seen`).map((row) => row["operation"]), [
    "INSERT",
    "DELETE",
  ]);
  assert.equal((await sql`select from public.owned`).length, 0);

  assert.equal((await signUp("Mallory")).error?.message, "Database error saving new user");
  assert.match(logged.at(-1) ?? "", /not you/);
  assert.equal((await sql`select from auth.users where email = 'mallory@example.com'`).length, 0);
});
