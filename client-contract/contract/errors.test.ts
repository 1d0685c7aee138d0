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

const sources = await textOf(
  "supabase/schemas",
  (name) => name.endsWith(".sql") && !name.endsWith(".gen.sql"),
);
const functions = await textOf(
  "supabase/functions",
  (name) => name.endsWith(".ts") && !/\.(?:gen|test)\.ts$/.test(name),
);

/** The body of session_refusal(), whose callers raise the code that it returns. */
const refusal = /create function private\.session_refusal\([\s\S]+?\n\$\$;/.exec(sources)?.[0] ?? "";

/** Codes that SQL raises, or returns as a refusal. */
const raised = new Set(
  [...sources.matchAll(/(?:raise_error\(|'code',\s*)'(\w+)'/g), ...refusal.matchAll(/'(\w+)'/g)]
    .map((match) => match[1] ?? ""),
);

Deno.test("K1: every code that SQL raises is in the registry with an SQLSTATE", () => {
  assert.ok(raised.size > 30);
  for (const code of raised) assert.ok(isErrorCode(code) && errors[code].request?.sqlstate.length, code);
});

Deno.test("K1: each SQLSTATE belongs to one code", () => {
  const states = errorCodes.flatMap((code) => errors[code].request?.sqlstate ?? []);
  assert.equal(new Set(states).size, states.length);
  for (const code of errorCodes) {
    for (const state of errors[code].request?.sqlstate ?? []) assert.equal(codeOfSqlstate(state), code);
  }
  assert.equal(codeOfSqlstate("23505"), undefined);
});

Deno.test("K1: every code is raised by SQL, answered by a function, or the result of an event or a pull", () => {
  for (const code of errorCodes) {
    const { request, event, pull } = errors[code];
    if (request?.sqlstate.some((state) => state.startsWith("CR"))) {
      assert.ok(raised.has(code), `no SQL raises ${code}`);
    } else if (request) {
      assert.ok(functions.includes(`"${code}"`), `no function answers ${code}`);
    }
    if (event || pull) assert.ok(sources.includes(`'${code}'`), `no SQL results in ${code}`);
  }
});

Deno.test("K1: every code that a function answers is in the registry", () => {
  const named = Array.from(functions.matchAll(/new Problem\(\s*"(\w+)"/g), (match) => match[1] ?? "");
  assert.ok(named.length > 0);
  for (const code of named) assert.ok(isErrorCode(code) && errors[code].request, code);
});

Deno.test("K1: the properties of each code are consistent, and its texts are sentences", () => {
  for (const code of errorCodes) {
    const { request, event, title, client } = errors[code];
    assert.ok(request || event, code);
    if (request) {
      const { status, retryable } = request;
      assert.ok(status >= 400 && status < 600, code);
      assert.equal(retryable, status >= 500 || [408, 421, 429].includes(status), code);
    }
    if (event) assert.equal(event.retryable, event.outcome === "retry", code);
    for (const sentence of [title, client]) assert.match(sentence, /^[A-Z].*\.$/, code);
  }
});

Deno.test("U3: an event that the server keeps is not sent again, even if the same code of a request is retryable", () => {
  assert.deepEqual([errors.internal.request?.retryable, errors.internal.event?.retryable], [true, false]);
});
