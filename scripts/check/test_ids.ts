// Rules for test descriptions. A description begins with the ids of requirements and invariants ("C5, I2: …"), because
// docs/requirements.md and docs/invariants.md are generated from these ids. A description also stands alone: a failing
// test must be understood without the test above it.
import type { Failure } from "./step.ts";

const TAGGED = /^[A-Z]\d+(?:, [A-Z]\d+)*: /;
const TYPESCRIPT = /^(?:supabase\/tests|client-contract\/device)\/.*\.test\.ts$/;
/** Sweeps in `platform` hold the schema to the house's rules, many of which are no requirement. */
const SQL = /^supabase\/tests\/(?!platform\/).*\.test\.sql$/;
/** A test or a step with its description; a test whose function takes `t` is a group, and its steps are the tests. */
const DESCRIBED =
  /(?:Deno\.test|\.step)\(\s*(?:\{\s*name:\s*)?(["'`])((?:\\.|(?!\1)[^\\])*)\1,?\s*((?:async )?\(t\b)?/gs;

/** A description in SQL: a literal that begins with ids. */
const SQL_DESCRIPTION = /'[A-Z]\d+(?:, [A-Z]\d+)*: (?:[^']|'')*'/g;
/** Words with which a text only continues the previous one. */
const CONTINUES =
  /^'?(?:[A-Z]\d+(?:, [A-Z]\d+)*: )?(?:…|(?:and|or|but|nor|so|then|also|too|of|in|by|with|as|on|from|which|whose|until|unless|except|though)\b)/;

/** Descriptions that continue the description before them, in SQL and in TypeScript. */
export function findFragments(path: string, text: string): Failure[] {
  const found = path.endsWith(".test.sql")
    ? [...text.matchAll(SQL_DESCRIPTION)].map(({ index, 0: description }) => ({ index, description }))
    : path.endsWith(".test.ts")
    ? [...text.matchAll(DESCRIBED)].map(({ index, 2: description = "" }) => ({ index, description }))
    : [];
  return found.filter(({ description }) => CONTINUES.test(description)).map(({ index, description }) => ({
    at: `${path}:${text.slice(0, index).split("\n").length}`,
    message:
      "a description stands alone: it begins with its subject, not with a word that continues a sentence",
    detail: description,
  }));
}

/** Tests of one file that name no requirement and no invariant; of SQL, a file in which none does. */
export function findUntagged(path: string, text: string): Failure[] {
  const message = "a description begins with the ids of what it shows, as in `C5, I2: …`";
  if (SQL.test(path)) return /'[A-Z]\d+(?:, [A-Z]\d+)*: /.test(text) ? [] : [{ at: path, message }];
  if (!TYPESCRIPT.test(path)) return [];
  return [...text.matchAll(DESCRIBED)].flatMap(({ index, 2: description = "", 3: group }) => {
    if (group !== undefined || TAGGED.test(description)) return [];
    const line = text.slice(0, index).split("\n").length;
    return [{ at: `${path}:${line}`, message, detail: description }];
  });
}
