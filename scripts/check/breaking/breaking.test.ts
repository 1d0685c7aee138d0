// Planted changes of the generated contract, one of each kind, and the choice of the tag.
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../process.ts";
import { breaksOf, type Contract } from "./compare.ts";
import { allowsBreaks, atTag, checkout, lastTag, readContract } from "./last_tag.ts";

const contract = await readContract(checkout) ?? assert.fail();
/** The parts of the contract that are documents. */
type Part = Exclude<keyof Contract, "messages">;

/** What a change of the JSON texts breaks. Each pattern must be there once at least. */
function breaksAfter(part: Part, from: string | RegExp, to: string): string[] {
  const text = JSON.stringify(contract[part]);
  const changed = text.replace(from, to);
  assert.notEqual(changed, text, `${from} is in ${part}`);
  return breaksOf(contract, { ...contract, [part]: JSON.parse(changed) });
}

/** A part of a schema by its name, as its text. */
const inModel = (id: string, from: string, to: string): [RegExp, string] => [
  new RegExp(`("${id}":\\{"title"(?:(?!"examples":).)*?)${from.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`),
  `$1${to}`,
];

Deno.test("K1: the contract breaks nothing against itself, nor by a new field or a new operation", () => {
  assert.deepEqual(breaksOf(contract, contract), []);
  assert.deepEqual(
    breaksAfter(
      "schemas",
      ...inModel("Steering", '"properties":{', '"properties":{"novel":{"type":"string"},'),
    ),
    [],
  );
  assert.deepEqual(
    breaksAfter("schemas", '"enum":["completed","abandoned","timed_out"]', '"minLength":1'),
    [],
    "a request takes any text where it took three",
  );
  assert.deepEqual(
    breaksAfter("schemas", ...inModel("Problem", '"type":"string"', '"const":"https://carrel.dev"')),
    [],
    "an answer is one text where it was any",
  );
  assert.deepEqual(breaksAfter("openApi", '"paths":{', '"paths":{"/new":{"get":{"responses":{}}},'), []);
  assert.deepEqual(breaksAfter("limits", '"const":500', '"const":501'), []);
});

const KINDS: [kind: string, part: Part, change: [string | RegExp, string], expected: RegExp][] = [
  [
    "a removed operation",
    "openApi",
    ['"/functions/v1/content/node"', '"/functions/v1/content/elsewhere"'],
    /content\/node: the operation is gone/,
  ],
  ["a removed parameter", "openApi", ['"name":"since"', '"name":"from"'], /the parameter since is gone/],
  ["a new required parameter", "openApi", [
    '"parameters":[',
    '"parameters":[{"in":"query","name":"novel","required":true,"schema":{}},',
  ], /novel is new and required/],
  [
    "a tightened parameter",
    "openApi",
    ['"maximum":2000', '"maximum":1000'],
    /limit: the limit maximum is tighter: 2000 became 1000/,
  ],
  [
    "a renamed field of an answer",
    "schemas",
    inModel("Steering", '"batch_events":', '"batch_size":'),
    /Steering|steering: the field batch_events is gone/,
  ],
  ["a field of an answer that may be absent", "schemas", [
    /("BatchAnswer":.*?"required":\[)"batch_id",/,
    "$1",
  ], /batch_id may be absent now/],
  [
    "a field of an answer that may be null",
    "schemas",
    inModel("BatchAnswer", '"type":"boolean"', '"type":["boolean","null"]'),
    /changed: null may be answered now/,
  ],
  [
    "a removed field of an event",
    "schemas",
    inModel("SessionEndedBody", '"reason":{', '"why":{'),
    /the field reason is gone/,
  ],
  ["a narrowed enum", "schemas", [
    '"enum":["completed","abandoned","timed_out"]',
    '"enum":["completed","abandoned"]',
  ], /"timed_out" is not taken any more/],
  [
    "a narrowed type",
    "schemas",
    inModel("AttemptRecordedBody", '"type":"boolean"', '"type":"string"'),
    /correct: boolean is not taken any more/,
  ],
  [
    "a removed event type",
    "schemas",
    ['{"$ref":"#/$defs/SessionStarted"},', ""],
    /SessionStarted is not taken any more/,
  ],
  [
    "a new required field of a request",
    "schemas",
    [/("BatchHeader":.*?"required":\[)/, '$1"platform",'],
    /the field platform is required now/,
  ],
  [
    "a tightened bound",
    "schemas",
    inModel("PullRequest", '"maximum":1000', '"maximum":999'),
    /the limit maximum is tighter: 1000 became 999/,
  ],
  [
    "a looser bound of an answer, which a strict reader refuses",
    "schemas",
    inModel("Steering", '"maximum":500', '"maximum":501'),
    /batch_events: the limit maximum is wider: 500 became 501/,
  ],
  [
    "an answer of any form",
    "schemas",
    inModel("BatchAnswer", '"type":"boolean"', '"x":1'),
    /changed: anything may be answered now/,
  ],
  [
    "a request that takes no other fields",
    "schemas",
    [/("BatchHeader":.*?)"additionalProperties":\{\}/, '$1"additionalProperties":false'],
    /BatchHeader: fields that are not named are refused now/,
  ],
  [
    "a body that is required",
    "openApi",
    ['"requestBody":{"required":false', '"requestBody":{"required":true'],
    /the body is required now/,
  ],
  [
    "further credentials",
    "openApi",
    ['"security":[{"learner":[]}]', '"security":[{"learner":[],"publishableKey":[]}]'],
    /head: learner is not enough any more/,
  ],
  [
    "a header of an answer that is gone",
    "openApi",
    ['"ETag":{"$ref"', '"Tag":{"$ref"'],
    /the header ETag is gone/,
  ],
  ["a status of an answer that is gone", "openApi", ['"304":', '"404":'], /the answer 304 is gone/],
  ["a new status of an answer", "openApi", ['"304":', '"203":'], /203 may be answered now/],
  ["an SQLSTATE that is gone", "errors", ['"CR044"', '"CR999"'], /malformed_request has no SQLSTATE CR044/],
  [
    "another outcome of an event",
    "errors",
    ['"outcome":"quarantined"', '"outcome":"retry"'],
    /means something else for an event/,
  ],
  ["a removed code", "errors", ['"const":"busy"', '"const":"crowded"'], /the error code busy is gone/],
  ["a code with another status", "errors", ['"status":503', '"status":500'], /has another status/],
  [
    "a tightened limit",
    "limits",
    [/("MAX_BATCH_EVENTS":.*?"const":)500/, "$1499"],
    /the limit MAX_BATCH_EVENTS is tighter: 500 became 499/,
  ],
];
for (const [kind, part, [from, to], expected] of KINDS) {
  Deno.test(`K1: ${kind} breaks the contract`, () => {
    assert.match(breaksAfter(part, from, to).join("\n"), expected);
  });
}

Deno.test("K1: a message that is gone breaks the contract, and one whose schema has another name does not", () => {
  const renamed = breaksAfter("schemas", /"(#\/\$defs\/)?EndLine"/g, '"$1LastLine"');
  assert.match(renamed.join("\n"), /EndLine: the field rows is gone/);
  const messages = new Map(contract.messages);
  messages.delete("content.end");
  assert.deepEqual(breaksOf(contract, { ...contract, messages }), ["the message content.end is gone"]);
  const text = JSON.stringify(contract.schemas).replaceAll("EndLine", "LastLine");
  messages.set("content.end", "#/$defs/LastLine");
  assert.deepEqual(breaksOf(contract, { ...contract, schemas: JSON.parse(text), messages }), []);
});

Deno.test("K1: the contract is compared with the last tag, and a checkout without a tag says so", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const git = async (...args: string[]) => {
      const { code, stderr } = await run("git", [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        ...args,
      ], { cwd: folder });
      assert.equal(code, 0, stderr);
    };
    assert.match(JSON.stringify(await lastTag(join(folder))), /no git checkout|no tag/);
    await git("init", "-q");
    await Deno.writeTextFile(join(folder, "a.json"), '{"a":1}');
    await Deno.mkdir(join(folder, "project/schema"), { recursive: true });
    await Deno.writeTextFile(join(folder, "project/b.json"), '{"b":1}');
    await Deno.writeTextFile(join(folder, "project/schema/c.json"), "{}");
    await git("add", "-A");
    await git("commit", "-q", "-m", "one");
    assert.deepEqual(await lastTag(folder), { none: "no tag to compare with yet" });
    await git("tag", "v0.1.0");
    await Deno.writeTextFile(join(folder, "a.json"), '{"a":2}');
    await git("commit", "-q", "-a", "-m", "two");
    assert.deepEqual(await lastTag(folder), { tag: "v0.1.0" });
    assert.equal(await atTag(folder, "v0.1.0").read("a.json"), '{"a":1}');
    assert.equal(await atTag(folder, "v0.1.0").read("b.json"), undefined);
    const project = atTag(join(folder, "project"), "v0.1.0");
    assert.deepEqual([await project.read("b.json"), (await project.list("schema"))[0]], [
      '{"b":1}',
      "c.json",
    ]);

    const clone = join(folder, "clone");
    await git("clone", "-q", "--depth", "1", `file://${folder}`, clone);
    assert.match(JSON.stringify(await lastTag(clone)), /shallow clone has no tags/);
    await git("-C", clone, "fetch", "-q", "--depth", "1", "--tags");
    assert.deepEqual(await lastTag(clone), { tag: "v0.1.0" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("K1: a version that says that apps must change allows a break", () => {
  assert.ok(allowsBreaks("0.1.4", "0.2.0") && allowsBreaks("1.4.0", "2.0.0"));
  assert.ok(!allowsBreaks("0.1.4", "0.1.5") && !allowsBreaks("1.4.0", "1.5.0"));
});
