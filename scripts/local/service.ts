// What every stand-in of a hosted Supabase service (auth, REST, Realtime, Storage, functions) looks like to the
// gateway, and what the stack hands to each of them.
import type { ProjectKeys } from "./keys.ts";

/** What a stand-in is built from. */
export interface ServiceContext {
  /** Connection string of the local database for one login role. */
  databaseUrl(role: string): string;
  /** Signing key, JWKS and API keys of this local project. */
  keys: ProjectKeys;
  /** Base address of the gateway without a trailing slash, such as `http://127.0.0.1:54321`. */
  apiUrl: string;
  /** One line for the person at the terminal (warnings of a stand-in, never request logs). */
  log(line: string): void;
}

/** A stand-in: answers requests below its prefix until it is closed. */
export interface Service {
  /**
   * Answers one request, whose URL still holds the public path (`/auth/v1/user`).
   * `token` is the JWT that hosted's gateway would pass on: the caller's own bearer token, or, where the
   * caller sent only an API key, a short-lived one for that key's role (`anon`, `service_role`).
   * The service verifies it, and answers an invalid one in its own error shape.
   */
  fetch(request: Request, token: string): Promise<Response> | Response;
  /** Ends connections, sockets and timers; resolves when nothing of the service is left running. */
  close(): Promise<void>;
}
