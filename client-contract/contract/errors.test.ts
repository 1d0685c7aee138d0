// The registry against its users: a code that nobody raises is a lie, one that it does not know is a secret.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeOfSqlstate, errorCodes, errors, isErrorCode } from "./errors.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** All files of a folder whose name ends so, as one text. */
async function textOf(folder: string, matches: (name: string) => boolean): Promise<string> {
  const texts: string[] = [];
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) texts.push(await textOf(path, matches));
    else if (matches(entry.name)) texts.push(await Deno.readTextFile(join(ROOT, path)));
  }
  return texts.join("\n");
}

const migrations = await textOf("supabase/schemas", (name) => name.endsWith(".sql"));
/** Where a line of a batch becomes an event, or gets the code that says why not. */
const reading = await textOf("supabase/schemas", (name) => /^(?:incoming|read_lines)\.sql$/.test(name));
const functions = await textOf(
  "supabase/functions",
  (name) => name.endsWith(".ts") && !/\.(?:gen|test)\.ts$/.test(name),
);

Deno.test("every CRnnn that SQL raises is in the registry, and the other way round", () => {
  const raised = new Set(
    Array.from(migrations.matchAll(/(?:raise_error\(|'sqlstate',)\s*'(CR\d+)'/g), (match) => match[1] ?? ""),
  );
  const known = new Set(
    errorCodes.flatMap((code) => errors[code].sqlstate).filter((state) => state.startsWith("CR")),
  );
  assert.ok(raised.size > 0);
  assert.deepEqual([...raised].sort(), [...known].sort());
});

Deno.test("an SQLSTATE stands for one code", () => {
  const states = errorCodes.flatMap((code) => errors[code].sqlstate);
  assert.equal(new Set(states).size, states.length);
  for (const code of errorCodes) {
    for (const state of errors[code].sqlstate) assert.equal(codeOfSqlstate(state), code);
  }
  assert.equal(codeOfSqlstate("23505"), undefined);
});

Deno.test("every code is used: raised by its SQLSTATE, or named where it arises", () => {
  for (const code of errorCodes) {
    const { where, sqlstate } = errors[code];
    if (where.includes("http") && sqlstate.length === 0) {
      assert.ok(functions.includes(`"${code}"`), `no function answers ${code}`);
    }
    if (where.includes("event") || where.includes("pull")) {
      assert.ok(migrations.includes(`'${code}'`), `no SQL results in ${code}`);
    }
  }
});

Deno.test("every code that functions answer with is in the registry", () => {
  const named = Array.from(functions.matchAll(/new Problem\(\s*"(\w+)"/g), (match) => match[1] ?? "");
  assert.ok(named.length > 0);
  for (const code of named) assert.ok(isErrorCode(code) && errors[code].status !== null, code);
});

Deno.test("every code that SQL puts into a result or a pull's reset is in the registry", () => {
  const results = Array.from(reading.matchAll(/(?:then|return) '(\w+)'/g), (match) => match[1] ?? "")
    .filter((text) => !["withdrawn", "outdated", "occurred_at", "telemetry"].includes(text));
  for (const code of ["too_large", "unknown_type", "unknown_content"]) {
    assert.ok(results.includes(code), code);
  }
  for (const code of results) assert.ok(isErrorCode(code) && errors[code].where.includes("event"), code);
});

Deno.test("requests have a status that fits, all else has none", () => {
  for (const code of errorCodes) {
    const { where, status, retryable, title, client } = errors[code];
    assert.equal(status !== null, where.includes("http"), code);
    assert.ok(status === null || (status >= 400 && status < 600), code);
    assert.ok(status === null || retryable === (status >= 500 || status === 429), code);
    for (const sentence of [title, client]) assert.match(sentence, /^[A-Z].*\.$/, code);
  }
});
