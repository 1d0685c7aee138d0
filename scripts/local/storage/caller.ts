// Who asks: the verified token of a request.
import { errors } from "jose";
import type { ProjectKeys } from "../keys.ts";
import { refusals } from "./errors.ts";

/** A verified caller. */
export interface Caller {
  /** Database role that a transaction switches to. */
  role: string;
  /** Claims as JSON text, for `request.jwt.claims`. */
  claims: string;
  /** The user, where there is one. */
  sub: string | null;
}

/** Claims of a token of this project; throws `StorageError` made by `refuse` for any other. */
export async function verifiedClaims(
  keys: ProjectKeys,
  token: string,
  refuse: (message: string) => Error,
): Promise<Record<string, unknown>> {
  try {
    return await keys.verify(token);
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refuse(error.message);
    throw error;
  }
}

/** The caller of a request; undefined where there is no token. */
export async function callerOf(keys: ProjectKeys, token: string): Promise<Caller | undefined> {
  if (token === "") return undefined;
  const claims = await verifiedClaims(keys, token, refusals.accessDenied);
  const { role, sub } = claims;
  return {
    role: typeof role === "string" ? role : "anon",
    claims: JSON.stringify(claims),
    sub: typeof sub === "string" ? sub : null,
  };
}
