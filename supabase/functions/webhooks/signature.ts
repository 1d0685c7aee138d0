// Signatures as Standard Webhooks prescribe: https://github.com/standard-webhooks/standard-webhooks, version v1.

const PREFIX = "whsec_";

/** What is signed. */
export interface SignedContent {
  id: string;
  /** Seconds since 1970, of this attempt. */
  timestamp: number;
  body: string;
}

/** Without a written type: libs since TypeScript 5.7 want to know the buffer's, hosted's 5.6 has no word for it. */
const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

async function signOne({ id, timestamp, body }: SignedContent, secret: string): Promise<string> {
  const raw = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  return `v1,${btoa(String.fromCharCode(...mac))}`;
}

/** The header webhook-signature: one signature for each secret (`whsec_` and base64), with a space between. */
export async function sign(content: SignedContent, secrets: readonly string[]): Promise<string> {
  return (await Promise.all(secrets.map((secret) => signOne(content, secret)))).join(" ");
}
