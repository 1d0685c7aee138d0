// Field types that several messages share.
import { z } from "zod";

/** A whole number of the range, both ends included. `5.0` and `1e2` are whole. */
export const whole = (min: number, max: number) => z.int().min(min).max(max);

/** Text of 1 to `max` code points; a length in UTF-16 units would count an emoji twice. */
export const text = (max: number) => z.string().regex(new RegExp(`^[\\s\\S]{1,${max}}$`, "u"));

/** PostgreSQL's greatest integer, and so the greatest content version. */
export const MAX_INTEGER = 2147483647;
