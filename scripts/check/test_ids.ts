// Tests say what they show: a description begins with the ids of requirements and invariants ("C5, I2: …"), from which
// docs/requirements.md and docs/invariants.md are made. One without would be missing there, and nobody would notice.
import type { Failure } from "./step.ts";

const TAGGED = /^[A-Z]\d+(?:, [A-Z]\d+)*: /;
const TYPESCRIPT = /^(?:supabase\/tests|client-contract\/device)\/.*\.test\.ts$/;
/** Sweeps in `platform` hold the schema to the house's rules, many of which are no requirement. */
const SQL = /^supabase\/tests\/(?!platform\/).*\.test\.sql$/;
/** A test or a step with its description; a test whose function takes `t` is a group, and its steps are the tests. */
const DESCRIBED =
  /(?:Deno\.test|\.step)\(\s*(?:\{\s*name:\s*)?(["'`])((?:\\.|(?!\1)[^\\])*)\1,?\s*((?:async )?\(t\b)?/gs;

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
