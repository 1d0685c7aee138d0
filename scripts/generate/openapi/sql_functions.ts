// The database's functions as their sources state them: parameters, results, descriptions, and the errors and roles of everything they call.
import { join } from "node:path";
import { errorCodes, errors } from "../../../client-contract/contract/errors.ts";
import { sqlPieces } from "../../check/sql_text.ts";
import { PROJECT_FOLDER } from "../artifact.ts";
import { sourcePaths } from "../migrations.ts";

/** A column or a parameter. */
export interface Column {
  name: string;
  /** As the source writes it, such as `timestamptz`. */
  type: string;
  /** Of a parameter: whether a call may leave it out. */
  hasDefault: boolean;
}

/** A function of the database. */
export interface SqlFunction {
  /** With its schema. */
  name: string;
  parameters: Column[];
  /** The columns of its rows, or its type. */
  returns: Column[] | string;
  isVolatile: boolean;
  description: string;
  body: string;
}

/** All functions by their names. A name with several signatures has them all. */
export type SqlFunctions = ReadonlyMap<string, readonly SqlFunction[]>;

const CREATE =
  /\bcreate (?:or replace )?function ([a-z_]+\.[a-z0-9_]+)\s*\(([^]*?)\)\s*(?:returns\s+(table\s*\(([^]*?)\)|(?:setof )?[a-z_.]+(?:\[\])?)\s+)?language (\w+)([^$]*?)as (\$\w*\$)([^]*?)\7/g;
const COMMENT = /\bcomment on function ([a-z_]+\.[a-z0-9_]+)\s*\([^)]*\)\s+is\s+((?:'(?:[^']|'')*'\s*)+)/g;

/** A list without the commas inside of parentheses and quotes. */
function parts(list: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let quoted = false;
  let part = "";
  for (const character of list) {
    if (character === "'") quoted = !quoted;
    if (!quoted && character === "(") depth++;
    if (!quoted && character === ")") depth--;
    if (character === "," && depth === 0 && !quoted) {
      found.push(part);
      part = "";
    } else part += character;
  }
  return [...found, part].map((text) => text.trim()).filter((text) => text !== "");
}

function columnsOf(list: string): Column[] {
  return parts(list).map((text) => {
    const [declared = "", ...defaults] = text.split(/\s+(?:default|=)\s+/);
    const [name = "", ...type] = declared.replace(/^(?:in|variadic)\s+/, "").split(/\s+/);
    return { name, type: type.join(" "), hasDefault: defaults.length > 0 };
  });
}

/** The text without comments, those in bodies included. */
function withoutComments(sql: string): string {
  return sqlPieces(sql).map(({ kind, text }) => {
    if (kind === "comment") return "";
    if (kind !== "body") return text;
    const delimiter = text.slice(0, text.indexOf("$", 1) + 1);
    return delimiter + withoutComments(text.slice(delimiter.length, -delimiter.length)) + delimiter;
  }).join("");
}

/** A text names functions that it does not call. */
const withoutQuotes = (sql: string) =>
  sqlPieces(sql).map(({ kind, text }) => kind === "quote" ? "''" : text).join("");

const unquoted = (quotes: string) =>
  Array.from(quotes.matchAll(/'((?:[^']|'')*)'/g), ([, text = ""]) => text.replaceAll("''", "'")).join("");

/** The functions that some sources make. */
export function functionsOf(sources: readonly string[]): SqlFunctions {
  const functions = new Map<string, SqlFunction[]>();
  const texts = sources.map(withoutComments);
  for (const text of texts) {
    for (const match of text.matchAll(CREATE)) {
      const [, name = "", parameters = "", result = "", columns, , options = "", , body = ""] = match;
      const made: SqlFunction = {
        name,
        parameters: columnsOf(parameters),
        returns: columns === undefined ? result : columnsOf(columns),
        isVolatile: !/\b(?:stable|immutable)\b/.test(options),
        description: "",
        body,
      };
      functions.set(name, [...functions.get(name) ?? [], made]);
    }
  }
  for (const text of texts) {
    for (const [, name = "", quotes = ""] of text.matchAll(COMMENT)) {
      for (const made of functions.get(name) ?? []) made.description = unquoted(quotes);
    }
  }
  return functions;
}

/** The functions of the project. */
export async function readSqlFunctions(): Promise<SqlFunctions> {
  const paths = sourcePaths(await Deno.readTextFile(join(PROJECT_FOLDER, "supabase/config.toml")));
  return functionsOf(
    await Promise.all(paths.map((path) => Deno.readTextFile(join(PROJECT_FOLDER, "supabase", path)))),
  );
}

/** Bodies of a function and of all functions that it calls. */
function bodiesBelow(functions: SqlFunctions, root: string): Map<string, string> {
  const bodies = new Map<string, string>();
  const visit = (name: string) => {
    if (bodies.has(name)) return;
    const text = (functions.get(name) ?? []).map(({ body }) => body).join("\n");
    bodies.set(name, text);
    for (const [called = ""] of withoutQuotes(text).matchAll(/\b[a-z_]+\.[a-z0-9_]+(?=\s*\()/g)) {
      if (functions.has(called)) visit(called);
    }
  };
  visit(root);
  return bodies;
}

const requestCodes = new Set<string>(errorCodes.filter((code) => errors[code].request));

/**
 * Codes that a function or something below it raises or returns as a refusal. A code stands as a literal where it is raised; functions
 * named `…_refusal` return codes for others to raise.
 */
export function codesBelow(functions: SqlFunctions, root: string): Set<string> {
  const found = new Set<string>();
  for (const [name, body] of bodiesBelow(functions, root)) {
    const literals = name.endsWith("_refusal")
      ? body.matchAll(/'([a-z_]+)'/g)
      : body.matchAll(/(?:raise_error\(|'code', )'([a-z_]+)'/g);
    for (const [, code = ""] of literals) if (requestCodes.has(code)) found.add(code);
  }
  return found;
}

/** The app roles that a function asks for; none where every learner may call it, about themselves at least. */
export function rolesBelow(functions: SqlFunctions, root: string): string[] {
  if (codesBelow(functions, root).has("unauthenticated")) return [];
  const roles = new Set<string>();
  for (const [, body] of bodiesBelow(functions, root)) {
    for (const [, list = ""] of body.matchAll(/require_role\(((?:'\w+'(?:, )?)+)\)/g)) {
      for (const [, role = ""] of list.matchAll(/'(\w+)'/g)) roles.add(role);
    }
  }
  return [...roles];
}
