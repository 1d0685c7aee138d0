// One request on its way to a handler.
import type { AuthContext } from "./context.ts";

/** A request with its URL taken apart; `token` is the caller's JWT, empty where there is none. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly token: string;
  /** The user id of `/admin/users/:id`, as sent. */
  readonly id: string;
}

/** Answers one route; throws {@link AuthError} for everything but success. */
export type Handler = (context: AuthContext, call: Call) => Promise<Response> | Response;
