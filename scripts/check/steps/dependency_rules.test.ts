// The import rules and the search for dead code find a planted violation of each kind.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findDeadCode } from "./exports.ts";
import { checkImports } from "./imports.ts";

async function inFolder<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "carrel-rules-" }));
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${dirname(name)}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const SOUND = {
  "client-contract/contract/a.ts": "export const a = 1;\n",
  "client-contract/client/mod.ts": 'export { a } from "../contract/a.ts";\n',
  "client-contract/client/b.ts": 'import { a } from "../contract/a.ts";\nexport const b = a;\n',
  "client-contract/device/c.ts": 'import { a } from "../client/mod.ts";\nexport const c = a;\n',
  "client-contract/device/c.test.ts": 'import { kit } from "../../scripts/testkit/kit.ts";\nkit;\n',
  "scripts/testkit/kit.ts": 'import { c } from "../../client-contract/device/c.ts";\nexport const kit = c;\n',
  "scripts/local/d.ts": "export const d = 1;\n",
  "scripts/content/e.ts": "export const e = 1;\n",
  "supabase/functions/f/index.ts": "export const f = 1;\n",
};

/** A file that breaks a rule, what it imports, and the rule. */
const VIOLATIONS = [
  ["client-contract/contract/x.ts", "../client/b.ts", "contract-stands-alone"],
  ["client-contract/contract/x.ts", "node:fs", "contract-stands-alone"],
  ["client-contract/client/x.ts", "../device/c.ts", "client-knows-the-contract"],
  ["client-contract/client/x.ts", "node:fs", "client-knows-the-contract"],
  ["client-contract/device/x.ts", "../client/b.ts", "device-uses-the-public-client"],
  ["client-contract/device/x.ts", "node:fs", "device-uses-the-public-client"],
  ["client-contract/device/x.ts", "../../scripts/testkit/kit.ts", "testkit-is-for-tests"],
  ["supabase/functions/x/index.ts", "../../../client-contract/device/c.ts", "functions-are-deployed-alone"],
  ["supabase/functions/x/index.ts", "../../../scripts/content/e.ts", "functions-are-deployed-alone"],
  ["scripts/local/x.ts", "../content/e.ts", "local-knows-nothing-of-carrel"],
  ["scripts/local/x.test.ts", "../../client-contract/contract/a.ts", "local-knows-nothing-of-carrel"],
  ["scripts/content/x.ts", "../testkit/kit.ts", "testkit-is-for-tests"],
  ["scripts/content/x.ts", "../../client-contract/device/c.test.ts", "tests-are-not-imported"],
  ["scripts/content/x.ts", "./missing.ts", "every-import-is-found"],
] as const;

Deno.test("imports: a project that keeps the rules passes", async () => {
  const { passed, failures } = await inFolder(SOUND, (folder) => checkImports(folder, Object.keys(SOUND)));
  assert.deepEqual(failures, []);
  assert.equal(passed, Object.keys(SOUND).length);
});

Deno.test("imports: each rule finds its planted violation", async () => {
  const planted = VIOLATIONS.map(([file, to], index) =>
    [file.replace("x", `x${index}`), `import "${to}";\n`] as const
  );
  const files = { ...SOUND, ...Object.fromEntries(planted) };
  const { failures } = await inFolder(files, (folder) => checkImports(folder, Object.keys(files)));
  for (const [index, [, , rule]] of VIOLATIONS.entries()) {
    const [file] = planted[index] ?? [];
    const found = failures.some(({ at, message }) => at === file && message.endsWith(`(${rule})`));
    assert.ok(found, `${file} breaks ${rule}; found: ${JSON.stringify(failures, null, 2)}`);
  }
});

Deno.test("imports: a circle is found, also one of types alone", async () => {
  const files = {
    "scripts/content/x.ts": 'import type { Y } from "./y.ts";\nexport type X = Y | 1;\n',
    "scripts/content/y.ts": 'import type { X } from "./x.ts";\nexport type Y = X | 2;\n',
  };
  const { failures } = await inFolder(files, (folder) => checkImports(folder, ["scripts"]));
  assert.match(failures[0]?.message ?? "", /^imports scripts.*, which imports scripts.* \(no-circle\)$/);
});

Deno.test("exports: a file and exports that nothing uses are found, used ones are not", async () => {
  const { failures } = await inFolder({
    "knip.json": '{ "entry": ["main.ts"], "project": ["*.ts"] }\n',
    "package.json": '{ "name": "x" }\n',
    "main.ts": 'import { used } from "./lib.ts";\nused();\n',
    "lib.ts": "export const used = () => {};\nexport const dead = 1;\nexport type Dead = 1;\n",
    "dead.ts": "export {};\n",
  }, findDeadCode);
  assert.deepEqual(failures.map(({ at, message }) => `${at} ${message}`).toSorted(), [
    "dead.ts nothing imports this file",
    "lib.ts:2 nothing imports dead: remove it, or its `export`",
    "lib.ts:3 nothing imports Dead: remove it, or its `export`",
  ]);
});
