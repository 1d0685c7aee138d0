// Authenticates learners. Access tokens are verified locally, without a request to Auth.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { type Clock, systemClock } from "./clock.ts";
import { createHold } from "./hold.ts";
import { createLearnerBudget } from "./learner_budget.ts";
import { isLegacy, legacyCheck } from "./legacy_token.ts";
import { MAX_PROOF_AGE_S } from "./limits.gen.ts";
import { Problem } from "./problem.ts";

/** The most verified tokens that an isolate remembers. A device sends the same token for an hour. */
const REMEMBERED = 2000;
/** The most refused tokens that an isolate remembers, and the longest of them. Each can have 8 KB. */
const REFUSED = 500;
const LONGEST_REFUSED = 2000;
/**
 * Tokens that fail at once in an isolate, and per second: a check takes 0.3 ms of CPU, and anybody can make up tokens. Further refusals
 * are delayed.
 */
const FAILURES = { full: 20, perSecond: 5 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isUuid = (claim: unknown): claim is string => typeof claim === "string" && UUID.test(claim);

/** Whose token a request has. */
export interface Caller {
  /** The id of the user. */
  learner: string;
  /** The id of the session that the token belongs to, or null if the token names none. */
  session: string | null;
}

/** Returns the caller, or throws a `Problem`. */
export type Authenticate = (request: Request) => Promise<Caller>;

/**
 * Returns whose token this is, which may have expired within `MAX_PROOF_AGE_S`, but not where sessions are elsewhere. The session is null if the token proves nothing: then the
 * learner is only claimed. Throws a `Problem` for a token that claims no learner.
 */
export type Prove = (token: string) => Promise<Caller>;

interface Known {
  caller: Caller;
  /** Seconds since 1970. */
  expires: number;
}

function callerOf({ sub, role, session_id: session }: JWTPayload): Caller {
  if (role !== "authenticated" || !isUuid(sub)) {
    throw new Problem("unauthenticated", "The token is not a learner's.");
  }
  return { learner: sub, session: isUuid(session) ? session : null };
}

/**
 * Keys come from the environment. A key that is missing there, as after a rotation, is fetched from Auth. `secret` is the legacy
 * secret of a project that signs with HS256. Without it such tokens are refused. `sessionsElsewhere`: the sessions are in another project's
 * database, where nobody can look them up.
 */
export function tokenChecks(
  jwks: JSONWebKeySet,
  projectUrl: string,
  secret?: string,
  clock: Clock = systemClock,
  sessionsElsewhere = false,
): { authenticate: Authenticate; prove: Prove } {
  const local = createLocalJWKSet(jwks);
  const remote = createRemoteJWKSet(new URL(`${projectUrl}/auth/v1/.well-known/jwks.json`));
  const known = new Map<string, Known>();
  /** Tokens that stay invalid, with their refusal. */
  const refused = new Map<string, Problem>();
  const failures = createLearnerBudget(FAILURES, clock);
  const hold = createHold(clock);
  const verifyLegacy = legacyCheck(secret);
  const required = { audience: "authenticated", requiredClaims: ["sub", "exp"] };

  async function claims(token: string, clockTolerance = 0): Promise<JWTPayload> {
    if (isLegacy(token)) return await verifyLegacy(token, { ...required, clockTolerance });
    // A public key is used with its own algorithms, whatever a token says.
    const options = { ...required, clockTolerance, algorithms: ["ES256", "RS256", "EdDSA"] };
    try {
      return (await jwtVerify(token, local, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await jwtVerify(token, remote, options)).payload;
    }
  }

  function problemOf(error: unknown): Problem {
    if (error instanceof errors.JWTExpired) return new Problem("token_expired");
    if (error instanceof errors.JOSEError) {
      return new Problem("unauthenticated", "The token is not valid here.");
    }
    return new Problem("overloaded");
  }

  /** The claims of a token that is checked for the first time. Throws a `Problem`, later if many tokens fail. */
  async function check(token: string): Promise<JWTPayload> {
    try {
      return await claims(token);
    } catch (error) {
      const problem = problemOf(error);
      // A key that is missing may come.
      const isFinal = problem.code !== "overloaded" && !(error instanceof errors.JWKSNoMatchingKey);
      if (isFinal && token.length <= LONGEST_REFUSED) {
        if (refused.size >= REFUSED) refused.delete(refused.keys().next().value ?? "");
        refused.set(token, problem);
      }
      const isRare = failures.isLeft("");
      failures.spend("", 1);
      if (!isRare) await hold();
      throw problem;
    }
  }

  async function authenticate(request: Request): Promise<Caller> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (!token) throw new Problem("unauthenticated", "The request has no bearer token.");
    const now = Date.now() / 1000;
    const seen = known.get(token);
    // A verified signature stays valid. Only the expiry must be checked again.
    if (seen && seen.expires > now) return seen.caller;
    known.delete(token);

    const failed = refused.get(token);
    if (failed) throw failed;

    const payload = await check(token);
    const caller = callerOf(payload);
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value ?? "");
    known.set(token, { caller, expires: payload.exp ?? 0 });
    return caller;
  }

  async function prove(token: string): Promise<Caller> {
    try {
      // Where the session can be looked up, the database sees whether it lives and whether the learner is anonymous. Elsewhere the token alone says it.
      const payload = await claims(token, sessionsElsewhere ? 0 : MAX_PROOF_AGE_S);
      if (!sessionsElsewhere || payload["is_anonymous"] === true) return callerOf(payload);
    } catch (error) {
      if (!(error instanceof errors.JOSEError || error instanceof Problem)) throw new Problem("overloaded");
    }
    try {
      return { ...callerOf(decodeJwt(token)), session: null };
    } catch {
      // One answer for every kind of bad proof.
      throw new Problem("adoption_proof_invalid", undefined, "anonymous_token");
    }
  }

  return { authenticate, prove };
}
