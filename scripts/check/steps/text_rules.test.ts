// The checks that read the project's texts: style, prose, and the import maps of functions.
import assert from "node:assert/strict";
import { anchorsOf, linksOf } from "../markdown.ts";
import { findFragments, findUntagged } from "../test_ids.ts";
import { findForbidden, findLongSentences } from "./prose.ts";
import { checkStyle } from "./style.ts";
import { findOtherVersions, findUnmapped } from "./types_hosted.ts";

const SOURCE = "supabase/schemas/20_content/good_name.sql";
const OPENING = "-- What:  a table.\n-- Why:   to keep things,\n--        for long.\n";
const messages = (path: string, text: string) => checkStyle(path, text).map(({ message }) => message);

Deno.test("an SQL source in the house style passes", () => {
  assert.deepEqual(messages(SOURCE, `${OPENING}create table content.thing (id uuid);\n`), []);
});

Deno.test("an SQL source opens with What and Why in this order", () => {
  const rule = /^an SQL source opens with/;
  for (
    const text of [
      "create table content.thing (id uuid);",
      `\n${OPENING}`,
      OPENING.replace("-- Why:   to keep things,\n", ""),
      OPENING.replace("Why", "What").replace("What", "Why"),
    ]
  ) {
    assert.match(messages(SOURCE, text)[0] ?? "", rule, text);
  }
});

Deno.test("file names of SQL sources and tests match their pattern", () => {
  assert.match(messages("supabase/schemas/content/x.sql", OPENING)[0] ?? "", /two digits/);
  assert.match(messages("supabase/schemas/20_content/Bad-Name.sql", OPENING)[0] ?? "", /two digits/);
  assert.match(messages("supabase/tests/ingest/some_thing.sql", "select 1;")[0] ?? "", /\.test\.sql/);
  assert.deepEqual(messages("supabase/tests/ingest/some_thing.test.sql", "select 1;"), []);
});

Deno.test("uppercase keywords are found in bodies, but not in comments and quotes", () => {
  const found = checkStyle("a.sql", "select 'SELECT'; -- FROM\ndo $$\n  PERFORM 1;\n  RETURN;\n$$;\n");
  assert.deepEqual(found, [{ at: "a.sql:4", message: "write keywords in lower case: RETURN" }]);
});

Deno.test("a file that is too long is refused", () => {
  assert.match(messages("a.sql", "select 1;\n".repeat(221))[0] ?? "", /has 221 lines/);
  assert.deepEqual(messages("a.sql", "select 1;\n".repeat(220)), []);
  assert.match(messages("a.ts", "f();\n".repeat(331))[0] ?? "", /has 331 lines/);
});

Deno.test("a test that takes its chance from elsewhere than the seed of all tests is refused", () => {
  const found = (path: string, text: string) => checkStyle(path, text).map(({ at }) => at);
  // Put together here, or this file would be found itself.
  const [property, chance] = [`fc${".assert"}(property`, `Math${".random"}`];
  assert.deepEqual(found("a.test.ts", `f();\n${property});\n`), ["a.test.ts:2"]);
  assert.deepEqual(found("a.test.tsx", `${property}, settings(9));\nf(${chance});\n`), ["a.test.tsx:2"]);
  assert.deepEqual(found("a.test.ts", `${property}, settings(9));\n`), []);
  assert.deepEqual(found("a.ts", `f(${chance});\n`), []);
});

Deno.test("a test without an id is refused, in TypeScript each description and in SQL each file", () => {
  const found = (path: string, text: string) => findUntagged(path, text).map(({ at }) => at);
  // Put together here, or this file would be listed as a test of what it names.
  const [u1, u6] = ["U1:", "U6:"];
  const test = (name: string, of = "() => {}") => `${"Deno"}.test("${name}", ${of});\n`;
  const path = "client-contract/device/x.test.ts";
  const grouped = test(
    "group",
    `async (t) => {\n  await t${".step"}("${u1} a", f);\n  await t${".step"}("b", f);\n}`,
  );
  assert.deepEqual(
    found(path, test(`${u1} a`) + test(`C5, ${u1} a`) + test("U1 a") + test(`say \\"${u1} a\\"`)),
    [
      `${path}:3`,
      `${path}:4`,
    ],
  );
  assert.deepEqual(found(path, grouped), [`${path}:3`]);
  assert.deepEqual(found("scripts/x.test.ts", test("a")), []);
  assert.deepEqual(found("supabase/tests/pull/a.test.sql", "select ok(true, 'a');"), [
    "supabase/tests/pull/a.test.sql",
  ]);
  assert.deepEqual(found("supabase/tests/pull/a.test.sql", `select ok(true, '${u6} a');`), []);
  assert.deepEqual(found("supabase/tests/platform/a.test.sql", "select ok(true, 'a');"), []);
});

Deno.test("a description that continues the previous one is refused, in SQL and in TypeScript", () => {
  const found = (path: string, ...descriptions: string[]) => {
    const quote = path.endsWith(".sql") ? "'" : '"';
    const text = descriptions.map((it) => `${"Deno"}.test(${quote}${it}${quote}, f);\n`).join("");
    return findFragments(path, text).map(({ at }) => at);
  };
  const u1 = "U1:";
  const whole = [`${u1} a batch is applied`, `C5, ${u1} inserts are audited`, `${u1} origins are kept`];
  const fragments = [`${u1} and reads`, `C5, ${u1} of that learner alone`, `${u1} … is kept`, `${u1} too`];
  for (const path of ["supabase/tests/pull/a.test.sql", "scripts/x.test.ts"]) {
    assert.deepEqual(found(path, ...whole), []);
    assert.deepEqual(found(path, ...fragments), [1, 2, 3, 4].map((line) => `${path}:${line}`));
  }
  assert.deepEqual(found("scripts/x.ts", ...fragments), []);
  assert.deepEqual(found("scripts/x.test.ts", "but why", "buttons work"), ["scripts/x.test.ts:1"]);
});

Deno.test("names of machines and registries and unfinished work are refused", () => {
  // Put together here, or this file would break the rule.
  const texts = [
    ["", "root", "x"].join("/"),
    ["see ", "home", "me", "x"].join("/"),
    ["registry", "example", "org"].join("."),
  ];
  for (const text of [...texts, "TO" + "DO: later"]) {
    assert.equal(findForbidden("a.md", text).length, 1, text);
  }
  for (
    const text of ["scripts/work/main.ts", "the root folder", "`${root}/work/x`", "registry.ts", "todo()"]
  ) {
    assert.deepEqual(findForbidden("a.md", text), [], text);
  }
});

Deno.test("relative links are resolved from the root, with their anchors", () => {
  const text =
    "[a](../README.md#top) [b](https://example.org/x) [c](#here) ![d](pic.png)\n```\n[e](f)\n```\n";
  assert.deepEqual(linksOf("docs/a.md", text), [
    { file: "README.md", anchor: "top" },
    { file: "docs/a.md", anchor: "here" },
    { file: "docs/pic.png", anchor: "" },
  ]);
});

Deno.test("anchors are those that GitHub makes of headings", () => {
  const text =
    '# What `a` device tells\n## Over & out\n## Over & out\n<a id="mine"></a>\n```sh\n# no heading\n```\n';
  assert.deepEqual([...anchorsOf(text)].sort(), ["mine", "over--out", "over--out-1", "what-a-device-tells"]);
});

Deno.test("a sentence of more than 32 words is found in paragraphs and lists, not in code and tables", () => {
  const words = (count: number) => `${"word ".repeat(count - 1)}end.`;
  const found = (text: string) => findLongSentences("a.md", text).map(({ at }) => at);
  assert.deepEqual(found(`# ${words(40)}\n\n${words(32)} Then ${words(31)}\n\n- a\n- ${words(33)}`), [
    "a.md:6",
  ]);
  assert.deepEqual(found(`| ${words(40)} |\n\n\`\`\`\n${words(40)}\n\`\`\`\n<!-- ${words(40)} -->\n`), []);
  assert.deepEqual(found(`A \`${words(40)}\` b ([c](d.md)). E.\n`), []);
});

Deno.test("a function maps its imports to the installed versions", () => {
  const imports = { zod: "npm:zod@4.6.7", "@std/": "npm:deno-std@1.0.0/" };
  assert.deepEqual(findUnmapped(["zod", "@std/toml", "./a.ts", "node:fs", "npm:x@1", "hono"], imports), [
    "hono",
  ]);
  assert.deepEqual(findOtherVersions(imports, { zod: "4.6.7", "deno-std": "1.4.0" }), [
    "npm:deno-std@1.0.0/ (package.json has 1.4.0)",
  ]);
  assert.deepEqual(
    findOtherVersions({ s: "npm:@supabase/server@1.8.1" }, { "@supabase/server": "1.8.1" }),
    [],
  );
});
