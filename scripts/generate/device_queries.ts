// client-contract/device/queries.gen.ts: the named queries of queries.drift as typed texts, so that the reference device runs what Drift teams run.
import { join } from "node:path";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

const SOURCE = "client-contract/drift/queries.drift";

/** A parameter of a query. */
export interface Parameter {
  name: string;
  type: "TEXT" | "INTEGER" | "REAL" | "BLOB";
  isNullable: boolean;
}

/** A named query. */
export interface NamedQuery {
  name: string;
  /** The comment above it, on one line. */
  about: string;
  parameters: Parameter[];
  /** With named parameters, as Drift reads it. */
  sql: string;
}

const QUERY = /((?:^--.*\n)+)^(\w+)(?:\(([^)]*)\))?:\n((?:(?!;\n)[^])+);\n/gm;
const PARAMETER = /^:(\w+) AS (TEXT|INTEGER|REAL|BLOB)( OR NULL)?$/;
/** A quoted text, or a parameter. */
const TOKEN = /'(?:[^']|'')*'|:(\w+)/g;

function parametersOf(query: string, list: string): Parameter[] {
  return list.split(",").map((text) => text.trim()).filter((text) => text !== "").map((text) => {
    const [, name = "", type, nullable] = PARAMETER.exec(text) ?? [];
    if (type !== "TEXT" && type !== "INTEGER" && type !== "REAL" && type !== "BLOB") {
      throw new Error(`${query}: \`${text}\` must be \`:name AS TEXT\`, perhaps with \`OR NULL\``);
    }
    return { name, type, isNullable: nullable !== undefined };
  });
}

/** The queries of a file. Throws if anything in it is no query with a comment, or a parameter is unknown or unused. */
export function readQueries(text: string): NamedQuery[] {
  const body = text.replace(/^(?:--.*\n)*import '[^']+';\n/, "");
  const queries = Array.from(
    body.matchAll(QUERY),
    ([, comment = "", name = "", list = "", sql = ""]): NamedQuery => ({
      name,
      about: comment.replaceAll(/^-- ?/gm, "").replaceAll("\n", " ").trim(),
      parameters: parametersOf(name, list),
      sql: sql.trim(),
    }),
  );
  const rest = body.replaceAll(QUERY, "").split("\n").filter((line) =>
    line.trim() !== "" && !line.startsWith("--")
  );
  if (rest.length > 0) throw new Error(`not a query with a comment above it: ${rest[0]}`);
  for (const { name, parameters, sql } of queries) {
    const used = new Set(
      Array.from(sql.matchAll(TOKEN), ([, parameter]) => parameter).filter((one) => one !== undefined),
    );
    const declared = new Set(parameters.map((parameter) => parameter.name));
    const wrong = [...used.symmetricDifference(declared)];
    if (wrong.length > 0) throw new Error(`${name}: :${wrong[0]} must be declared and used`);
  }
  return queries;
}

/** The text with positional parameters, in the order of the declaration. Numbers are left out where the order needs none. */
export function positional({ parameters, sql }: NamedQuery): string {
  const order = parameters.map(({ name }) => name);
  const used = Array.from(sql.matchAll(TOKEN), ([, name]) => name).filter((name) => name !== undefined);
  const isPlain = used.join() === order.join();
  const text = sql.replaceAll(
    TOKEN,
    (token, name?: string) => name === undefined ? token : isPlain ? "?" : `?${order.indexOf(name) + 1}`,
  );
  return text.replaceAll(/\s*\n\s*/g, " ");
}

const TYPES = { TEXT: "string", INTEGER: "number", REAL: "number", BLOB: "Uint8Array" };

function constant(query: NamedQuery): string {
  const types = query.parameters.map(({ name, type, isNullable }) =>
    `${name}: ${TYPES[type]}${isNullable ? " | null" : ""}`
  );
  // Without the comment, which the source has: it would travel twice in the package.
  return `export const ${query.name}: Query<[${types.join(", ")}]> = { sql: ${
    JSON.stringify(positional(query))
  } };`;
}

/** The module. */
export async function deviceQueries(): Promise<Artifact> {
  const queries = readQueries(await Deno.readTextFile(join(PROJECT_FOLDER, SOURCE)));
  const text = `// Generated from ${SOURCE} by \`npm run generate\`; do not edit.
import type { Query } from "./storage.ts";

${queries.map(constant).join("\n")}
`;
  return { path: "client-contract/device/queries.gen.ts", text };
}
