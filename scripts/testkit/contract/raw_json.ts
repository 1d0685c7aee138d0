// JSON as a tree of raw text, so that tests can write what no object can hold: duplicate keys, 1e200000, half surrogates.
import fc from "fast-check";
import { MAX_JSON_LEVELS } from "../../../client-contract/contract/limits.ts";

/** JSON text as it is, or an object as a list of entries. */
export type RawJson = { text: string } | { entries: [key: string, value: RawJson][] };

/** A value as RawJson. */
export function raw(value: unknown): RawJson {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { text: JSON.stringify(value) };
  }
  return { entries: Object.entries(value).map(([key, member]) => [JSON.stringify(key), raw(member)]) };
}

/** The text, without white space. */
export function write(json: RawJson): string {
  if ("text" in json) return json.text;
  return `{${json.entries.map(([key, value]) => `${key}:${write(value)}`).join(",")}}`;
}

/** What to do with the value at a path. */
export type Change =
  | { kind: "set" | "before" | "after"; value: RawJson }
  | { kind: "remove" };

/** Replaces, removes or doubles the value at a path; a path that leads nowhere is made. */
export function change(json: RawJson, path: readonly string[], how: Change): RawJson {
  const [name, ...rest] = path;
  if (name === undefined) return how.kind === "remove" ? { text: "" } : how.value;
  if ("text" in json) return json;
  const key = JSON.stringify(name);
  const place = json.entries.findIndex(([other]) => other === key);
  const entries = [...json.entries];
  const old: [string, RawJson] = entries[place] ?? [key, { text: "null" }];
  if (rest.length > 0) {
    entries.splice(place < 0 ? entries.length : place, 1, [key, change(old[1], rest, how)]);
  } else if (how.kind === "remove") {
    if (place >= 0) entries.splice(place, 1);
  } else {
    const fresh: [string, RawJson] = [key, how.value];
    const replacement = { set: [fresh], before: [fresh, old], after: [old, fresh] }[how.kind];
    entries.splice(place < 0 ? entries.length : place, 1, ...replacement);
  }
  return { entries };
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${max}})$`));

/** Numbers around every limit there is: whole ones in all notations, fractions, numeric's ends, what a double rounds. */
export const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...["0", "-0", "0.0", "1", "-1", "5.0", "1e2", "1E+2", "10e-1", "15e-1", "0e9", "1.5", "-0.0e1"],
    ...["5.0000000000000000000001", "4.9999999999999999999999", "1e-400", "-1e-400", "1.0000000000000001"],
    ...["1e400", "-1e400", "1e131071", "1e131072", "9e131071", "0.0001e131075", "0.01e131074", "1e200000"],
    ...["1e-16383", "1e-16384", "1.0e-16383", "0e-16383", "0e-16384", "0e1073741823", "0e1073741824"],
    ...["0e99999999999999999999", "1e0000000000000000002", "9007199254740993", "4503599627370496.5"],
    ...["99", "100", "101", "1000", "1080", "-1080", "1081", "-1081", "32767", "32768", "1000000", "1000001"],
    ...[
      "86400000",
      "86400001",
      "2147483647",
      "2147483648",
      "2147483647.0000000000000001",
      "86400000.00000000000001",
    ],
  ),
  fc.integer({ min: -2000, max: 2000 }).map(String),
  fc.tuple(
    fc.constantFrom("", "-"),
    digits(20),
    fc.option(fc.stringMatching(/^[0-9]{1,25}$/), { nil: undefined }),
    fc.option(
      fc.oneof(
        fc.integer({ min: -30, max: 30 }),
        fc.constantFrom(-100, -99, 99, 100, 308),
        fc.integer({ min: -140000, max: 140000 }),
      ),
      { nil: undefined },
    ),
  ).map(([sign, whole, fraction, exponent]) =>
    sign + whole + (fraction === undefined ? "" : `.${fraction}`) +
    (exponent === undefined ? "" : `e${exponent}`)
  ),
);

/** Strings with what breaks parsers: control characters, NUL, surrogates with and without their partner. */
const stringText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.array(
    fc.constantFrom(
      ...[
        "a",
        "é",
        "😀",
        "\ufeff",
        "\u2028",
        "\\n",
        "\\\\",
        '\\"',
        "\\/",
        "\\u0041",
        "\\u0000",
        "\\ud83d\\ude00",
      ],
      ...["\\ud83d", "\\ude00", "\\uD83D", "\ud83d", "\ude00", "\t", "\\x", "\\", "\u007f", "\u0085"],
    ),
    { maxLength: 6 },
  ).map((parts) => `"${parts.join("")}"`),
);

/** As deep as is allowed, and a little deeper; and a text of many brackets. */
const deepText: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(
    fc.integer({ min: MAX_JSON_LEVELS - 6, max: MAX_JSON_LEVELS + 2 }),
    fc.constantFrom(["[", "", "]"], ["[", "1", "]"], ['{"a":', "{}", "}"], ['[{"a":', '"[{"', "}]"], [
      "[",
      "2",
      "",
    ]),
  ).map(([levels, [open = "", inner = "", close = ""]]) => {
    const times = Math.floor(levels / open.replace(/[^[{]/g, "").length);
    return open.repeat(times) + inner + close.repeat(times);
  }),
  fc.constant(`"${"[{".repeat(1000)}"`),
);

/** Any JSON, and some text that is none. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  deepText,
  numberText,
  stringText,
  fc.constantFrom(
    ...["null", "true", "false", "[]", "{}", '""', '"null"', '"1"', "[[]]", "[{}]", "[null]", "[1]"],
    ...[
      "",
      "NaN",
      "Infinity",
      "undefined",
      "01",
      "1.",
      ".5",
      "+1",
      "'a'",
      "{",
      "[1,]",
      "tru",
      "1 2",
      "//",
      "\u00a01",
    ],
  ),
  fc.json({ stringUnit: "binary", maxDepth: 3 }),
);
