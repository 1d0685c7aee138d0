// The local project's keys: an ES256 signing key with its JWKS, and one publishable and one secret API
// key. Made once per data folder and kept in a file that only its owner can read.
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";

/** Lifetime of a token minted for an API key, in seconds; hosted uses short-lived ones too. */
const API_KEY_TOKEN_SECONDS = 3600;
/** Verified tokens kept in memory; beyond that the oldest is dropped. */
const VERIFIED_LIMIT = 10_000;

/** The role that an API key stands for. */
export type KeyRole = "anon" | "service_role";

/** Keys of one local project. */
export interface ProjectKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Public keys, as served at `/auth/v1/.well-known/jwks.json`. */
  readonly jwks: { keys: JWK[] };
  /** Issuer claim of every token: `<apiUrl>/auth/v1`. */
  readonly issuer: string;
  /** Signs claims as they are; the caller sets `exp`, `iat`, `iss`, `aud`. */
  sign(claims: JWTPayload): Promise<string>;
  /** Verified claims of a token of this project; throws jose's errors for an invalid or expired one. */
  verify(token: string): Promise<JWTPayload>;
  /** The role of an API key, or undefined where it is not one of this project's. */
  roleOf(apiKey: string): KeyRole | undefined;
  /** A token for the role of an API key, reused until shortly before it expires. */
  tokenFor(role: KeyRole): Promise<string>;
}

interface StoredKeys {
  publishableKey: string;
  secretKey: string;
  privateKey: JWK;
}

function randomKey(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return prefix + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

async function createStoredKeys(): Promise<StoredKeys> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    publishableKey: randomKey("sb_publishable_"),
    secretKey: randomKey("sb_secret_"),
    privateKey: { ...await exportJWK(privateKey), kid: crypto.randomUUID(), alg: "ES256", use: "sig" },
  };
}

async function readOrCreate(file: string): Promise<StoredKeys> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const created = await createStoredKeys();
  await Deno.writeTextFile(file, JSON.stringify(created, null, 2), { mode: 0o600 });
  return created;
}

/** Reads the keys of a data folder, or makes them; `file` holds private material and is never committed. */
export async function openKeys(file: string, apiUrl: string): Promise<ProjectKeys> {
  const stored = await readOrCreate(file);
  const privateKey = await importJWK(stored.privateKey, "ES256");
  const { d: _private, ...publicJwk } = stored.privateKey;
  const publicKey = await importJWK(publicJwk, "ES256");
  const kid = stored.privateKey.kid ?? "";
  const issuer = `${apiUrl}/auth/v1`;
  const verified = new Map<string, JWTPayload>();
  const minted = new Map<KeyRole, { token: string; expires: number }>();

  const now = () => Math.floor(Date.now() / 1000);
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, typ: "JWT" }).sign(privateKey);

  return {
    publishableKey: stored.publishableKey,
    secretKey: stored.secretKey,
    jwks: { keys: [publicJwk] },
    issuer,
    sign,

    async verify(token) {
      const known = verified.get(token);
      // Only the clock can invalidate a signature that was checked before.
      if (known && (known.exp ?? Infinity) > now()) return known;
      verified.delete(token);
      const { payload } = await jwtVerify(token, publicKey, { algorithms: ["ES256"] });
      if (verified.size >= VERIFIED_LIMIT) verified.delete(verified.keys().next().value ?? "");
      verified.set(token, payload);
      return payload;
    },

    roleOf(apiKey) {
      if (apiKey === stored.publishableKey) return "anon";
      if (apiKey === stored.secretKey) return "service_role";
      return undefined;
    },

    async tokenFor(role) {
      const known = minted.get(role);
      if (known && known.expires - 60 > now()) return known.token;
      const expires = now() + API_KEY_TOKEN_SECONDS;
      const token = await sign({ iss: issuer, role, iat: now(), exp: expires });
      minted.set(role, { token, expires });
      return token;
    },
  };
}
