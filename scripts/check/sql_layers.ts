// Which SQL sources use something that only a later source makes.
//
// PostgreSQL refuses a forward reference in a table, a constraint or an SQL function when the sources are loaded in order. It looks at
// the body of a PL/pgSQL function and at the command of a job only when they run. All of these name objects with their schemas, since no
// function has another search path than pg_catalog, so the text shows every use and no database is needed.
import { sqlPieces } from "./sql_text.ts";
import type { Failure } from "./step.ts";

/** One SQL source. */
export interface SqlSource {
  /** From the project's root. */
  path: string;
  text: string;
}

const NAME = /\b[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\b/g;
const CREATE =
  /\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+|materialized\s+)?(?:function|procedure|aggregate|table|view|type|domain|sequence)\s+(?:if\s+not\s+exists\s+)?([a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*)/g;
/** A description may name what it likes. */
const COMMENT_ON = /\bcomment\s+on\b[^;']*\bis\s+(?:'(?:[^']|'')*'\s*)+/g;

const blank = (text: string) => text.replaceAll(/[^\n]/g, " ");

/** The text with comments and descriptions blanked, those in bodies included; every line keeps its place. */
function withoutComments(sql: string): string {
  const code = sqlPieces(sql).map(({ kind, text }) => {
    if (kind === "comment") return blank(text);
    if (kind !== "body") return text;
    const delimiter = text.slice(0, text.indexOf("$", 1) + 1);
    return delimiter + withoutComments(text.slice(delimiter.length, -delimiter.length)) + delimiter;
  });
  return code.join("").replaceAll(COMMENT_ON, blank);
}

/** Every use of an object that only a later source makes, and every object that is made twice. The sources come in load order. */
export function findForwardReferences(sources: SqlSource[]): Failure[] {
  const texts = sources.map(({ path, text }) => ({ path, text: withoutComments(text) }));
  const makers = new Map<string, number>();
  const failures: Failure[] = [];
  const report = (order: number, index: number, message: string) => {
    const { path = "", text = "" } = texts[order] ?? {};
    failures.push({ at: `${path}:${text.slice(0, index).split("\n").length}`, message });
  };
  for (const [order, { text }] of texts.entries()) {
    for (const { 1: name = "", index } of text.matchAll(CREATE)) {
      const first = makers.get(name) ?? order;
      // A stub in the first file, or overloads that belong together: either way one file is their place.
      if (first !== order) report(order, index, `makes ${name}, which ${texts[first]?.path} makes too`);
      makers.set(name, first);
    }
  }
  for (const [order, { text }] of texts.entries()) {
    for (const { 0: name, index } of text.matchAll(NAME)) {
      const maker = makers.get(name) ?? order;
      if (maker > order) report(order, index, `uses ${name} of ${texts[maker]?.path}, which loads later`);
    }
  }
  return failures;
}

/** Sources that no load order names, and names in it that are no source. */
export function findUnlisted(files: string[], listed: string[]): Failure[] {
  return [
    ...files.filter((path) => !listed.includes(path)).map((at) => ({
      at,
      message: "is not in schema_paths of supabase/config.toml, so nothing loads it",
    })),
    ...listed.filter((path) => !files.includes(path)).map((path) => ({
      at: "supabase/config.toml",
      message: `schema_paths names ${path}, which does not exist`,
    })),
  ];
}
