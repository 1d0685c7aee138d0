// Which handler answers which path, and which of hosted's paths nobody answers here.
import { getUser, postLogout, putUser } from "./account.ts";
import { deleteUserById, getUserById, getUsers, postUser, putUserById } from "./admin.ts";
import type { Handler } from "./call.ts";
import { notImplemented } from "./errors.ts";
import { postToken } from "./grants.ts";
import { getHealth, getJwks, getSettings } from "./settings.ts";
import { postSignup } from "./signup.ts";

/** Public path below which the service answers. */
export const PREFIX = "/auth/v1";

type Methods = Readonly<Record<string, Handler>>;

const EXACT: ReadonlyMap<string, Methods> = new Map<string, Methods>([
  ["/health", { GET: getHealth }],
  ["/settings", { GET: getSettings }],
  ["/.well-known/jwks.json", { GET: getJwks }],
  ["/signup", { POST: postSignup }],
  ["/token", { POST: postToken }],
  ["/logout", { POST: postLogout }],
  ["/user", { GET: getUser, PUT: putUser }],
  ["/admin/users", { GET: getUsers, POST: postUser }],
]);

const BY_ID: Methods = { GET: getUserById, PUT: putUserById, DELETE: deleteUserById };

/** Hosted's other paths, with what they are for; a path counts if it is one of them or below one. */
const NOT_LOCAL: readonly (readonly [path: string, what: string])[] = [
  ["/otp", "one-time passwords and magic links, which need mail or SMS"],
  ["/magiclink", "magic links, which need mail"],
  ["/verify", "verifying one-time passwords and mailed links"],
  ["/resend", "sending mail or SMS"],
  ["/recover", "password recovery, which needs mail"],
  ["/reauthenticate", "reauthentication, which needs mail"],
  ["/invite", "invitations, which need mail"],
  ["/admin/generate_link", "links for mail"],
  ["/authorize", "sign-in with an OAuth provider"],
  ["/callback", "sign-in with an OAuth provider"],
  ["/user/identities", "linking identities"],
  ["/user/oauth", "the OAuth server"],
  ["/oauth", "the OAuth server"],
  ["/admin/oauth", "the OAuth server"],
  ["/.well-known/openid-configuration", "OpenID Connect discovery"],
  ["/.well-known/oauth-authorization-server", "the OAuth server"],
  ["/factors", "multi-factor authentication"],
  ["/passkeys", "passkeys"],
  ["/sso", "single sign-on"],
  ["/admin/sso", "single sign-on"],
  ["/admin/custom-providers", "custom OAuth providers"],
  ["/admin/audit", "the auth audit log"],
];

/** The handler of a path below {@link PREFIX} and the user id in it; an answer where there is no handler. */
export function route(method: string, path: string): { handler: Handler; id: string } | Response {
  const [, id, rest] = /^\/admin\/users\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (rest?.startsWith("/factors")) throw notImplemented("multi-factor authentication");
  if (rest?.startsWith("/passkeys")) throw notImplemented("passkeys");
  const methods = id !== undefined && rest === undefined ? BY_ID : EXACT.get(path);
  if (methods) {
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    return handler ? { handler, id: id ?? "" } : new Response(null, { status: 405 });
  }
  const known = NOT_LOCAL.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  if (known) throw notImplemented(known[1]);
  // Go's router answers unknown paths itself, in plain text.
  return new Response("404 page not found\n", { status: 404 });
}
