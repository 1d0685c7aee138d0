// Verifies the tokens that clients present, and tells failures in hosted Realtime's words.
import { errors, type JWTPayload } from "jose";
import type { ProjectKeys } from "../keys.ts";

/** A verified token. */
export interface Token {
  /** As it was sent. */
  text: string;
  claims: JWTPayload;
  /** Database role of the bearer. */
  role: string;
  /** Seconds since 1970 at which it ends; Infinity where it stands for an API key. */
  expires: number;
}

/** A token that is refused. `code` and `message` are hosted's; `<code>: <message>` is the reason of a failed join. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  constructor(
    readonly code: "InvalidJWTToken" | "MalformedJWT" | "JwtSignatureError" | "JwtSignerError",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The refusal of a token that ended at `expires`. */
export function expired(expires: number, cause?: unknown): TokenRefused {
  const seconds = Math.max(0, Math.floor(Date.now() / 1000) - expires);
  return new TokenRefused("InvalidJWTToken", `Token has expired ${seconds} seconds ago`, { cause });
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return expired(error.payload.exp ?? 0, error);
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenRefused("JwtSignatureError", "Failed to validate JWT signature", { cause: error });
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    const message = "Failed to generate JWT signer, check your JWT secret or JWKS configuration";
    return new TokenRefused("JwtSignerError", message, { cause: error });
  }
  if (error instanceof errors.JOSEError) {
    return new TokenRefused("MalformedJWT", "The token provided is not a valid JWT", { cause: error });
  }
  return error;
}

/** Verifies a token of this project; throws TokenRefused. */
export async function openToken(keys: ProjectKeys, text: string): Promise<Token> {
  const claims = await keys.verify(text).catch((error) => {
    throw refusalOf(error);
  });
  const { role, exp } = claims;
  if (typeof role !== "string" || exp === undefined) {
    throw new TokenRefused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
  }
  return { text, claims, role, expires: exp };
}
