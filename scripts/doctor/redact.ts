// Takes out of a report what must not leave the project: keys, tokens, passwords, e-mail addresses, ids of people, hosts.
import type { Target } from "./target.ts";

/** Forms, each with what stands for it. Longer forms come before the forms that they contain. */
const FORMS: readonly (readonly [form: RegExp, shown: string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>\\)]+/gi, "<address>"],
  [/\beyJ[\w-]{5,}\.[\w-]*(\.[\w-]*)?/g, "<token>"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, "<key>"],
  [/\b(sb_(publishable|secret)|sbp|whsec|sk|pk|key|ghp)_[\w+/=-]+/gi, "<key>"],
  [
    /(password|passwd|\bpwd?|secret|token|apikey|api_key|authorization)(["']?\s*[:=]\s*)(bearer\s+|basic\s+)?("[^"]*"|'[^']*'|["']?[^\s"',;&)]+)/gi,
    "$1$2<secret>",
  ],
  [/\b(password)(\s+)'[^']*'/gi, "$1$2<secret>"],
  [/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, "$1 <secret>"],
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu, "<email>"],
  // With a country's prefix: other numbers may be counts.
  [/\+\d[\d ()/.-]{6,}\d/g, "<phone>"],
  [/(\/home\/|\/Users\/|\\Users\\)[^\s/\\"'`]+/g, "$1<user>"],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, "<id>"],
  [/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/gi, "<id>"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, "<host>"],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi, "<host>"],
  [/(?<![\w:])(?:[0-9a-f]{1,4})?::[0-9a-f]{1,4}(?![\w:])/gi, "<host>"],
  [
    /\b(?:[a-z0-9-]+\.)+(?:com|co|net|org|io|dev|app|in|eu|uk|de|fr|ch|nl|es|se|us|ca|br|jp|cn|au|ai|edu|gov|info|cloud|tech|host|local|internal|test|example|invalid|localdomain)\b(?::\d+)?/gi,
    "<host>",
  ],
  [/\blocalhost\b(?::\d+)?/gi, "<host>"],
  [/\b[0-9a-f]{32,}\b/gi, "<secret>"],
  // Long runs with digits and both cases are random: no name of the project is one.
  [/(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])[\w+/=-]{24,}/g, "<secret>"],
];

/** What is known of this project and must not be read anywhere, whatever its form is. */
function knownSecrets({ database, url, publishableKey, secretKey, accessToken }: Target): string[] {
  const parts = [database, url].flatMap((address) => {
    if (!address || !URL.canParse(address)) return [];
    const { password, hostname, username } = new URL(address);
    // The pooler's user and the host contain the project's reference.
    const reference = /^[a-z]{20}$/.exec(hostname.split(".")[0] ?? "")?.[0];
    return [decodeURIComponent(password), password, hostname, username.split(".")[1], reference];
  });
  return [...parts, publishableKey, secretKey, accessToken].filter((text): text is string =>
    (text ?? "").length >= 4
  )
    .sort((a, b) => b.length - a.length);
}

/** Redacts a text. */
export type Redact = (text: string) => string;

/** A function that redacts texts about a project. */
export function redactorFor(target: Target): Redact {
  const known = knownSecrets(target).filter((text) => text !== "postgres");
  return (text) => {
    const without = known.reduce((rest, secret) => rest.replaceAll(secret, "<secret>"), text);
    return FORMS.reduce((rest, [form, shown]) => rest.replaceAll(form, shown), without);
  };
}

/** Redacts every text of a value. Names of fields are Carrel's own. */
export function redactValue(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactValue(item, redact)]));
}
