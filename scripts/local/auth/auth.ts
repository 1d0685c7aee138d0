// Stand-in for GoTrue, hosted Supabase's auth service: sign-up with address and password, anonymous users,
// refresh tokens, sign-out, the user's own account and the admin endpoints, on the tables of schema auth.
import postgres from "postgres";
import type { Service, ServiceContext } from "../service.ts";
import type { AuthContext, AuthOptions } from "./context.ts";
import { AuthError, renderError, unexpectedFailure } from "./errors.ts";
import { PREFIX, route } from "./routes.ts";

export type { AuthOptions } from "./context.ts";

/** Connections; a sign-in holds one for about 5 ms. */
const POOL_SIZE = 5;

async function answer(context: AuthContext, request: Request, token: string): Promise<Response> {
  const url = new URL(request.url);
  const target = route(request.method, url.pathname.slice(PREFIX.length));
  if (target instanceof Response) return target;
  return await target.handler(context, { request, url, token, id: target.id });
}

/** Starts the service; rejects where the database is not there or lacks schema auth. */
export async function createAuth(context: ServiceContext, options: AuthOptions = {}): Promise<Service> {
  const sql = postgres(context.databaseUrl("supabase_auth_admin"), {
    max: POOL_SIZE,
    connection: { application_name: "auth" },
    onnotice: () => {},
  });
  const auth: AuthContext = {
    sql,
    keys: context.keys,
    options: {
      accessTokenSeconds: options.accessTokenSeconds ?? 3600,
      refreshReuseSeconds: options.refreshReuseSeconds ?? 10,
    },
  };
  await sql`select from auth.users limit 0`;

  return {
    async fetch(request, token) {
      try {
        return await answer(auth, request, token);
      } catch (cause) {
        const message = "Unexpected failure, please check server logs for more information";
        const error = cause instanceof AuthError ? cause : unexpectedFailure(message, cause);
        if (error.status === 500) context.log(`auth: ${error.message}: ${error.cause}`);
        return renderError(error, request);
      }
    },
    close: () => sql.end({ timeout: 5 }),
  };
}
