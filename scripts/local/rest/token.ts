// The token of a request: who asks, as which database role.
import { errors, type JWTPayload } from "jose";
import type { ProjectKeys } from "../keys.ts";
import { RestError } from "./errors.ts";

/** The role of tokens that name none, and of requests without a user. */
export const ANONYMOUS_ROLE = "anon";

/** How far ahead of this clock `iat` may lie, in seconds; PostgREST's tolerance. */
const CLOCK_SKEW_SECONDS = 30;

/** A verified caller. */
export interface Caller {
  /** Database role that the transaction switches to. */
  role: string;
  /** Claims as JSON text, for `request.jwt.claims`. */
  claims: string;
}

function invalidToken(
  code: "PGRST301" | "PGRST303",
  message: string,
  details: string | null = null,
): RestError {
  return new RestError(401, code, message, details, null, {
    "www-authenticate": `Bearer error="invalid_token", error_description="${message}"`,
  });
}

function tokenError(error: unknown): RestError {
  if (error instanceof errors.JWTExpired) return invalidToken("PGRST303", "JWT expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "invalid") {
      return invalidToken("PGRST303", `The JWT '${error.claim}' claim must be a number`);
    }
    return invalidToken("PGRST303", error.claim === "nbf" ? "JWT not yet valid" : "JWT not in audience");
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) {
    const details = "None of the keys was able to decode the JWT";
    return invalidToken("PGRST301", "No suitable key or wrong key type", details);
  }
  return invalidToken("PGRST301", "JWT cryptographic operation failed");
}

async function verified(keys: ProjectKeys, token: string): Promise<JWTPayload> {
  try {
    return await keys.verify(token);
  } catch (error) {
    throw tokenError(error);
  }
}

/** Verifies a token; throws the 401 that PostgREST (13 and later) answers. */
export async function authenticate(keys: ProjectKeys, token: string): Promise<Caller> {
  if (token === "") throw invalidToken("PGRST301", "Empty JWT is sent in Authorization header");
  const parts = token.split(".").length;
  if (parts !== 3) throw invalidToken("PGRST301", `Expected 3 parts in JWT; got ${parts}`);
  const payload = await verified(keys, token);
  if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + CLOCK_SKEW_SECONDS) {
    throw invalidToken("PGRST303", "JWT issued at future");
  }
  const role = typeof payload.role === "string" ? payload.role : ANONYMOUS_ROLE;
  return { role, claims: JSON.stringify({ ...payload, role }) };
}
