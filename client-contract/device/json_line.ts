// What an app passes becomes JSON for the server, whose database can't store every text and number that JavaScript has.
import { parseJsonb } from "../contract/jsonb.ts";
import { MAX_JSON_LEVELS } from "../contract/limits.ts";
import { DeviceError } from "./device_error.ts";

const RULE =
  "a text must not contain NUL or half a surrogate pair; a number must be finite, with an exponent of at most 99; exponents from 10 on must add up " +
  "to at most 4096; " +
  `an event must nest at most ${MAX_JSON_LEVELS} levels`;

function refuse(cause?: unknown): never {
  throw new DeviceError("undeliverable", `The server could not store this value: ${RULE}.`, { cause });
}

/**
 * The value as one line of JSON that the server can store. Throws DeviceError `undeliverable` where it can't. JSON.stringify writes
 * NaN and Infinity as null, so they are refused before.
 */
export function toJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(
      value,
      (_, part: unknown) => typeof part === "number" && !Number.isFinite(part) ? refuse() : part,
    );
  } catch (error) {
    // A bigint, a circular object, or nesting that exhausts the stack.
    if (error instanceof DeviceError) throw error;
    refuse(error);
  }
  return text !== undefined && parseJsonb(text).ok ? text : refuse();
}

const NOT_STORABLE = /[\0\p{Surrogate}]/gu;

/** A text for support: the first `max` characters, with U+FFFD for what the server can't store. */
export function supportText(text: string, max: number): string {
  return Array.from(text.replace(NOT_STORABLE, "\ufffd")).slice(0, max).join("");
}
