// Every alarm's text names what mends the fault: a function that exists, or a section of a page that exists.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** All SQL sources, as one text. */
async function sources(folder = "supabase/schemas"): Promise<string> {
  const texts: string[] = [];
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    texts.push(entry.isDirectory ? await sources(path) : await Deno.readTextFile(join(ROOT, path)));
  }
  return texts.join("\n");
}

/** The names of the branches of private.alarms(), each with its source. */
function branches(sql: string): [string, string][] {
  const body = sql.slice(sql.indexOf("return query"), sql.indexOf("order by 1, 3;"));
  assert.ok(body.length > 1000, "private.alarms() was found");
  return body.split(/\bunion all\b/).map((branch) => {
    const [, name] = /select '(\w+)'/.exec(branch) ?? assert.fail(branch);
    return [name ?? "", branch];
  });
}

const sql = await sources();
const functions = new Set(Array.from(sql.matchAll(/create function (\w+\.\w+)\(/g), ([, name]) => name));
const isFunction = (name: string) => [name, `public.${name}`].some((n) => functions.has(n));
const alarms = branches(await Deno.readTextFile(join(ROOT, "supabase/schemas/90_people/alarms.sql")));

/** What a text names that could mend a fault. */
function named(text: string): { calls: string[]; sections: string[] } {
  const strings = Array.from(text.matchAll(/'((?:[^']|'')*)'/g), ([, string]) => string ?? "").join("\n");
  return {
    calls: Array.from(
      strings.matchAll(/((?:ops|private|public)\.\w+|\b[a-z]\w+)\(/g),
      ([, name]) => name ?? "",
    ),
    sections: Array.from(strings.matchAll(/\bdocs\/\w+\.md#[\w-]+/g), ([section]) => section),
  };
}

/** The anchor that GitHub gives to a heading. */
const anchor = (heading: string) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-");

for (const [name, branch] of alarms) {
  Deno.test(`O4: the alarm ${name} names a call or a section that exists`, async () => {
    const { calls, sections } = named(branch);
    // The alarms of jobs name the command of the failing job.
    // Another alarm has a whole statement.
    assert.ok(
      calls.length + sections.length > 0 || branch.includes("j.command") ||
        /: alter table %\d\$s /.test(branch),
      "it names what mends the fault",
    );
    for (const call of calls) assert.ok(isFunction(call), `${call}() exists`);
    for (const section of sections) {
      const [page = "", heading] = section.split("#");
      const headings = (await Deno.readTextFile(join(ROOT, page))).matchAll(/^#+ (.+)$/gm);
      assert.ok(Array.from(headings, ([, text]) => anchor(text ?? "")).includes(heading ?? ""), section);
    }
  });
}

Deno.test("O4: the command of every job calls a function that exists", () => {
  const jobs = Array.from(sql.matchAll(/schedule_job\('(\w+)',[^;]*'select ([^']+)'\)/g));
  assert.ok(jobs.length > 9);
  for (const [, job, command] of jobs) {
    for (const [, call] of (command ?? "").matchAll(/(\w+\.\w+)\(/g)) {
      assert.ok(functions.has(call ?? ""), `${job}: ${call}`);
    }
  }
});

Deno.test("O4: the list of alarm names in the comment of alarms() is complete", () => {
  const [, list] = /comment on function public\.alarms\(\) is([^;]+(?:;[^;]+)?Names:[^;]+);/.exec(sql) ??
    assert.fail();
  for (const [name] of alarms) assert.match(list ?? "", new RegExp(`\\b${name}\\b`));
});

Deno.test("O4: an alarm without a cure, or with a call that does not exist, is found", () => {
  assert.deepEqual(named("select 'x_late', null, format('%s are late', count(*))"), {
    calls: [],
    sections: [],
  });
  assert.deepEqual(named("select 'x', null, 'Call ops.nothing() or see docs/a.md#b'"), {
    calls: ["ops.nothing"],
    sections: ["docs/a.md#b"],
  });
  assert.equal(isFunction("ops.nothing"), false);
});
