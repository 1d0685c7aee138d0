// Authenticates learners. Access tokens are verified locally, without a request to Auth.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { Problem } from "./problem.ts";

/** The most verified tokens that an isolate remembers. A device sends the same token for an hour. */
const REMEMBERED = 2000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isUuid = (claim: unknown): claim is string => typeof claim === "string" && UUID.test(claim);

/** Whose token a request has. */
export interface Caller {
  /** The id of the user. */
  learner: string;
  /** The id of the session that the token belongs to, or null if the token names none. */
  session: string | null;
  /** Seconds since 1970. */
  issuedAt: number;
}

/** Returns the caller, or throws a `Problem`. */
export type Authenticate = (request: Request) => Promise<Caller>;

interface Known {
  caller: Caller;
  /** Seconds since 1970. */
  expires: number;
}

/** Keys come from the environment. A key that is missing there, as after a rotation, is fetched from Auth. */
export function authenticator(jwks: JSONWebKeySet, projectUrl: string): Authenticate {
  const local = createLocalJWKSet(jwks);
  const remote = createRemoteJWKSet(new URL(`${projectUrl}/auth/v1/.well-known/jwks.json`));
  const known = new Map<string, Known>();
  // A token with a symmetric algorithm is not a user token of the project.
  const options = {
    audience: "authenticated",
    algorithms: ["ES256", "RS256", "EdDSA"],
    requiredClaims: ["sub", "exp"],
  };

  async function claims(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, local, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await jwtVerify(token, remote, options)).payload;
    }
  }

  return async (request) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (!token) throw new Problem("unauthenticated", "The request has no bearer token.");
    const now = Date.now() / 1000;
    const seen = known.get(token);
    // A verified signature stays valid. Only the expiry must be checked again.
    if (seen && seen.expires > now) return seen.caller;
    known.delete(token);

    let payload: JWTPayload;
    try {
      payload = await claims(token);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Problem("token_expired");
      if (error instanceof errors.JOSEError) {
        throw new Problem("unauthenticated", "The token is not valid here.");
      }
      throw new Problem("overloaded");
    }
    const { sub, exp, iat, role, session_id: session } = payload;
    if (role !== "authenticated" || !isUuid(sub) || exp === undefined) {
      throw new Problem("unauthenticated", "The token is not a learner's.");
    }
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value ?? "");
    const caller = { learner: sub, session: isUuid(session) ? session : null, issuedAt: iat ?? 0 };
    known.set(token, { caller, expires: exp });
    return caller;
  };
}
