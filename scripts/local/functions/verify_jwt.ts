// The platform's check for functions with `verify_jwt = true`, before any code of theirs runs.
import { decodeProtectedHeader } from "jose";
import type { ProjectKeys } from "../keys.ts";
import { errorResponse } from "./errors.ts";

function unauthorized(code: string, message: string): Response {
  // Hosted repeats the message under its older name.
  return errorResponse({ status: 401, code: `UNAUTHORIZED_${code}`, message }, { msg: message });
}

function bearer(header: string | null): string | undefined {
  const parts = (header ?? "").trim().split(/\s+/);
  return parts.length === 2 && parts[0]?.toLowerCase() === "bearer" ? parts[1] : undefined;
}

function algorithm(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

/**
 * Undefined where the request may pass, else hosted's 401. An API key in `apikey` passes without a token, as on
 * hosted, where the gateway makes one from it: the check is no authentication.
 */
export async function verifyJwt(request: Request, keys: ProjectKeys): Promise<Response | undefined> {
  const authorization = request.headers.get("authorization");
  const apiKey = request.headers.get("apikey");
  if (authorization === null && apiKey === null) {
    return unauthorized("NO_AUTH_HEADER", "Missing authorization header");
  }

  const token = bearer(authorization);
  if (token === undefined || token.startsWith("sb_")) {
    const known = apiKey !== null && keys.roleOf(apiKey) !== undefined;
    return known ? undefined : unauthorized("INVALID_JWT_FORMAT", "Invalid JWT format");
  }
  const alg = algorithm(token);
  if (alg === undefined) return unauthorized("INVALID_JWT_FORMAT", "Invalid JWT format");
  // The local project has no legacy secret, so no HS256 token can be valid.
  if (alg === "HS256") return unauthorized("LEGACY_JWT", "Invalid JWT");
  if (alg !== "ES256" && alg !== "RS256") {
    return unauthorized("UNSUPPORTED_TOKEN_ALGORITHM", `Unsupported JWT algorithm ${alg}`);
  }
  try {
    await keys.verify(token);
    return undefined;
  } catch {
    return unauthorized("ASYMMETRIC_JWT", "Invalid JWT");
  }
}
