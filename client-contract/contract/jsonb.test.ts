import assert from "node:assert/strict";
import { parseJsonb } from "./jsonb.ts";

// As private.is_jsonb says on PostgreSQL 17.10.
const ACCEPTED = [
  ...["1e99", "9e99", "0.00001e99", "10e99", "1e-99", "0e-99", "1E+0099", '"1e100"', `"\\\"1e100"`],
  ...["1e0000000000000000001", "-0", ' {"":1}\t\r', '"\\ud83d\\ude00"', '"\\uffff"', '"\u007f"', '"\ud83d"'],
];
const REFUSED = [
  ...[
    "1e100",
    "1e-100",
    "0e100",
    "1e308",
    "1e400",
    "1E+1000",
    "1e00100",
    "1e131000",
    "0e1073741824",
    "1e200000",
    '["1e100",1e100]',
  ],
  ...[
    '"\\u0000"',
    '{"a":"\\u0000","a":1}',
    '{"\\ud800":1}',
    '"\\ude00\\ud83d"',
    '"\\ud83d😀"',
    '"\\ud83d\\\\ude00"',
  ],
  ...["\ufeff{}", "\u00a0{}", "", " ", "01", "1.", "+1", "NaN", "'a'", "[1,]", '"\t"', "1 2"],
];

Deno.test("the JSON reader is as strict as jsonb", () => {
  const exponents = (last: string) => `[${"1e-99,".repeat(41)}"1e99",${last}]`;
  assert.equal(parseJsonb(exponents("1e37")).ok, true);
  assert.equal(parseJsonb(exponents("1e38")).ok, false);
  assert.equal(parseJsonb(`[${"1e9,".repeat(3000)}1]`).ok, true);
  for (const text of ACCEPTED) assert.equal(parseJsonb(text).ok, true, text);
  for (const text of REFUSED) assert.equal(parseJsonb(text).ok, false, text);
});

Deno.test("JSON that nests deeper than clients can read is refused, and brackets in texts do not count", () => {
  const lists = (levels: number, inner = "") => "[".repeat(levels) + inner + "]".repeat(levels);
  const objects = (levels: number, inner = "{}") =>
    '{"a":'.repeat(levels - 1) + inner + "}".repeat(levels - 1);
  const text = JSON.stringify(`"\\${"[{".repeat(4000)}`);
  for (
    const json of [lists(500), lists(500, "1"), objects(500), lists(250, objects(250)), lists(500, text)]
  ) {
    assert.equal(parseJsonb(json).ok, true);
  }
  assert.equal(parseJsonb(`[${"[[]],".repeat(2000)}[]]`).ok, true, "wide, not deep");
  for (
    const json of [lists(501), lists(501, "1"), objects(501), lists(250, objects(251)), lists(4000, text)]
  ) {
    assert.equal(parseJsonb(json).ok, false);
  }
});

Deno.test("a number that is whole only after rounding stays a fraction", () => {
  const wholeness = (text: string) => {
    const parsed = parseJsonb(text);
    return parsed.ok && Number.isInteger(parsed.value);
  };
  for (const text of ["5", "5.0", "50e-1", "1e2", "-0", "0e-9", "9007199254740993"]) {
    assert.ok(wholeness(text), text);
  }
  for (const text of ["5.5", "5.0000000000000000000001", "1e-99", "-1e-90", "100.00000000000000000001"]) {
    assert.ok(!wholeness(text), text);
  }
});

Deno.test("a number that jsonb accepts keeps its value", () => {
  const text = '{"a":[1,2.5,"\\u00e9\\n",null,{"b":true}],"a":[1e3,-0.125,"é"],"__proto__":{"x":1}}';
  assert.deepEqual(parseJsonb(text), { ok: true, value: JSON.parse(text) });
});
