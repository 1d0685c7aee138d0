// Tokens of projects that sign with a legacy secret (HS256). The platform does not give functions this secret.
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";

/** Auth refuses shorter secrets. */
const SECRET_LENGTH = 32;

/** Verifies a token with the secret. Throws jose's errors. */
export type VerifyLegacy = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/** Whether a token says that it is signed with HS256. */
export function isLegacy(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg === "HS256";
  } catch {
    return false;
  }
}

/**
 * The check of such tokens. Without the secret it refuses them all, and logs once what to do. The secret is used with HS256 alone,
 * and HS256 with the secret alone, so that a public key never serves as one. Throws if the secret is too short to be one.
 */
export function legacyCheck(secret: string | undefined): VerifyLegacy {
  if (secret !== undefined && secret.length < SECRET_LENGTH) {
    throw new Error(`CARREL_JWT_SECRET has less than ${SECRET_LENGTH} characters.`);
  }
  const key = secret === undefined ? undefined : new TextEncoder().encode(secret);
  let hasAdvised = false;
  return async (token, options) => {
    if (key) return (await jwtVerify(token, key, { ...options, algorithms: ["HS256"] })).payload;
    if (!hasAdvised) {
      hasAdvised = true;
      console.error(
        "token: a token is signed with HS256, so the project may still use its legacy JWT secret. Set it as CARREL_JWT_SECRET, or " +
          'switch to signing keys: docs/deploy.md, "Projects with a legacy JWT secret".',
      );
    }
    throw new errors.JOSEAlgNotAllowed("HS256 needs the project's legacy secret.");
  };
}
