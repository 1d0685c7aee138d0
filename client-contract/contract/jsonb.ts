// Reads JSON as strictly as the server does (private.is_jsonb): PostgreSQL's jsonb refuses some of what JSON.parse takes,
// such as NUL escapes, escaped surrogates without their partner, and numbers that `numeric` can't hold. The limits were
// found by experiment on 17.10.
import { MAX_JSON_LEVELS } from "./limits.ts";

/** numeric's greatest decimal exponent of a first digit: 9e131071 is valid, 1e131072 is not. */
const MAX_MAGNITUDE = 131071;
/** numeric's most digits after the point, zeros included: 1e-16383 is valid, 1.0e-16383 is not. */
const MAX_SCALE = 16383;
/**
 * Greater exponents are refused even of zero: the server writes numbers out, and 1e131000 would be 131 kB. A double may have one
 * of up to 308, but nothing that an app counts or measures has.
 */
const MAX_EXPONENT = 99;
/** What all exponents from 10 on of a text may add up to, so that the server's form is at most 4 KiB longer for them. */
const MAX_EXPONENTS = 4096;

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const NOT_STORABLE = /[\0\p{Surrogate}]/u;

const STRING = /"(?:[^"\\]|\\.)*"/gs;

class NotJsonb extends Error {}

/** Whether the text nests deeper than a client can read. Brackets in strings do not count. */
function isTooDeep(text: string): boolean {
  let [level, deepest] = [0, 0];
  for (const bracket of text.replace(STRING, "").replace(/[^[\]{}]/g, "")) {
    level += "[{".includes(bracket) ? 1 : -1;
    deepest = Math.max(deepest, level);
  }
  return deepest > MAX_JSON_LEVELS;
}

function checkString(token: string): string {
  if (token.includes("\\u") && NOT_STORABLE.test(JSON.parse(token))) throw new NotJsonb();
  return token;
}

/** The number, unless a double would round a fraction away: then the closest double that is not whole. */
function checkNumber(token: string): string {
  const [, whole = "", fraction = "", exponentText = "0"] = NUMBER.exec(token) ?? [];
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const significant = digits.replace(/^0+/, "");
  const magnitude = whole.length - 1 + exponent - (digits.length - significant.length);
  const scale = fraction.length - exponent;
  if (Math.abs(exponent) > MAX_EXPONENT || scale > MAX_SCALE) throw new NotJsonb();
  if (significant !== "" && magnitude > MAX_MAGNITUDE) throw new NotJsonb();

  const trailingZeros = digits.length - digits.replace(/0+$/, "").length;
  const isWhole = significant === "" || scale <= trailingZeros;
  const value = Number(token);
  if (isWhole || !Number.isInteger(value)) return token;
  // From 2^52 on doubles are whole, and beyond every range of the contract.
  return JSON.stringify(value === 0 ? Number.MIN_VALUE : value * (1 + Number.EPSILON));
}

/**
 * Parses JSON text if jsonb would take it; of duplicate keys the last one counts, as there. A number that only
 * rounding would make whole (`5.0000000000000000001`, `1e-400`) stays a fraction, so that it fails where SQL fails it.
 */
export function parseJsonb(text: string): { ok: true; value: unknown } | { ok: false } {
  // In UTF-8 a surrogate without its partner becomes U+FFFD, which is what the server will see.
  const sent = text.replace(/\p{Surrogate}/gu, "\ufffd");
  if (isTooDeep(sent)) return { ok: false };
  let exponents = 0;
  try {
    // First for its grammar: in text that is valid, TOKEN finds exactly the strings and numbers.
    JSON.parse(sent);
    const checked = sent.replace(
      TOKEN,
      (token) => {
        if (token.startsWith('"')) return checkString(token);
        const exponent = Math.abs(Number(/[eE](.*)$/.exec(token)?.[1] ?? 0));
        if (exponent >= 10) exponents += exponent;
        return checkNumber(token);
      },
    );
    if (exponents > MAX_EXPONENTS) return { ok: false };
    return { ok: true, value: JSON.parse(checked) };
  } catch (error) {
    if (error instanceof NotJsonb || error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}
