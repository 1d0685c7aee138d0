// The database's public functions over REST: parameters, results and descriptions as their sources state them. Answers that are JSON have
// the schema by which the package's client checks them.
import { join } from "node:path";
import { PROJECT_FOLDER } from "../artifact.ts";
import type { JsonSchema } from "../json_schema.ts";
import { codesBelow, type Column, rolesBelow, type SqlFunctions } from "./sql_functions.ts";

/** A public function. */
export interface RpcOperation {
  name: string;
  description: string;
  /** The app roles that may call it; empty: every learner. */
  roles: string[];
  parameters: { name: string; schema: JsonSchema; isRequired: boolean }[];
  /** Whether the parameters are the body itself, as of a function with one unnamed JSON parameter. */
  isBody: boolean;
  answer: JsonSchema;
  codes: Set<string>;
}

const INTEGER: JsonSchema = { type: "integer", minimum: -2147483648, maximum: 2147483647 };
const TYPES: Readonly<Record<string, JsonSchema>> = {
  uuid: { type: "string", format: "uuid" },
  text: { type: "string" },
  integer: INTEGER,
  smallint: { type: "integer", minimum: -32768, maximum: 32767 },
  bigint: { type: "integer" },
  numeric: { type: "number" },
  "double precision": { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date" },
  timestamptz: { type: "string", format: "date-time" },
  "timestamp with time zone": { type: "string", format: "date-time" },
  interval: { type: "string" },
  json: {},
  jsonb: {},
  void: { type: "null" },
};

/** The JSON Schema of an SQL type. */
export function schemaOfType(type: string): JsonSchema {
  if (type.endsWith("[]")) return { type: "array", items: schemaOfType(type.slice(0, -2)) };
  const schema = TYPES[type];
  if (!schema) throw new Error(`no JSON Schema for the SQL type ${type}`);
  return { ...schema };
}

const nullable = (schema: JsonSchema): JsonSchema =>
  schema.type === undefined ? schema : { anyOf: [schema, { type: "null" }] };

const rowSchema = (columns: readonly Column[]): JsonSchema => ({
  type: "array",
  items: {
    type: "object",
    properties: Object.fromEntries(columns.map(({ name, type }) => [name, nullable(schemaOfType(type))])),
    required: columns.map(({ name }) => name),
  },
});

const CALL = /call\((z\.(?:array|tuple)\(\[?)?(\w+)\]?\)?, "(\w+)"/g;

/** The schemas by which the client checks answers, by the functions' names. */
async function checkedAnswers(refTo: (id: string) => string): Promise<Map<string, JsonSchema>> {
  const answers = new Map<string, JsonSchema>();
  const folder = join(PROJECT_FOLDER, "client-contract/client");
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const text = await Deno.readTextFile(join(folder, name));
    for (const [, list, id = "", rpc = ""] of text.matchAll(CALL)) {
      const schema = { $ref: refTo(id) };
      answers.set(rpc, list ? { type: "array", items: schema } : schema);
    }
  }
  return answers;
}

/** All functions of the schema public, by name. */
export async function rpcOperations(
  functions: SqlFunctions,
  refTo: (id: string) => string,
  isModel: (id: string) => boolean,
): Promise<RpcOperation[]> {
  const checked = await checkedAnswers(refTo);
  const operations: RpcOperation[] = [];
  for (const [name, [first]] of functions) {
    if (!first || !name.startsWith("public.")) continue;
    const rpc = name.slice("public.".length);
    const model = checked.get(rpc);
    const ref = model?.$ref ??
      (typeof model?.items === "object" && "$ref" in model.items ? model.items.$ref : undefined);
    const isKnown = ref !== undefined && isModel(ref.split("/").at(-1) ?? "");
    const isBody = first.parameters.some((parameter) => parameter.type === "");
    operations.push({
      name: rpc,
      description: first.description,
      roles: rolesBelow(functions, name),
      isBody,
      parameters: isBody ? [] : first.parameters.map(({ name, type, hasDefault }) => ({
        name,
        schema: hasDefault ? nullable(schemaOfType(type)) : schemaOfType(type),
        isRequired: !hasDefault,
      })),
      answer: model && isKnown
        ? model
        : typeof first.returns === "string"
        ? schemaOfType(first.returns)
        : rowSchema(first.returns),
      // None is granted to anon. Whatever a function does may run out of time, meet a lock or a deadlock, or fail.
      codes: new Set([...codesBelow(functions, name), "unauthenticated", "busy", "overloaded", "internal"]),
    });
  }
  return operations.sort((a, b) => a.name < b.name ? -1 : 1);
}
