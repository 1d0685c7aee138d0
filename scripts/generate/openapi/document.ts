// client-contract/openapi/carrel.json: all functions and RPCs as OpenAPI 3.1. Schemas are those of JSON Schema, errors those of the registry.
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiSchemaObject } from "zod-openapi";
import type { ErrorCode } from "../../../client-contract/contract/errors.ts";
import { type Artifact, PROJECT_FOLDER } from "../artifact.ts";
import { type JsonSchema, namedSchemas } from "../json_schema.ts";
import { COMPONENTS } from "./components.ts";
import { codesOfPath } from "./function_errors.ts";
import type { Content, FunctionOperation } from "./function_operation.ts";
import { FUNCTION_OPERATIONS } from "./function_operations.ts";
import {
  header,
  ordered,
  POSTGREST_ERROR,
  refTo,
  refusals,
  REQUEST_ID,
  rpcStatus,
  statusOf,
} from "./refusals.ts";
import { type RpcOperation, rpcOperations } from "./rpc_operations.ts";
import { readSqlFunctions } from "./sql_functions.ts";

/** Where the document lies. */
const OPENAPI_FILE = "client-contract/openapi/carrel.json";

/** An operation and all that is said about it, for the document and for the page. */
export interface Operation {
  id: string;
  tag: string;
  method: "get" | "post";
  path: string;
  summary: string;
  description: string;
  codes: ErrorCode[];
  /** Who may call it. */
  callers: string;
  parameters: { name: string; description: string; isRequired: boolean }[];
  /** What the body holds; empty: there is none. */
  body: string;
  /** What a success answers. */
  answer: string;
  /** An example of a request: the path, and the query or the body. */
  address: string;
  query: Record<string, string>;
  sent: Content | undefined;
  object: ZodOpenApiOperationObject;
}

/** OpenAPI 3.1 takes every JSON Schema; the types of the library do not know that. */
function isSchemaObject(schema: unknown): schema is Exclude<ZodOpenApiSchemaObject, z.ZodType> {
  return typeof schema === "object" && schema !== null;
}

function schemaObject(schema: JsonSchema) {
  const value: unknown = schema;
  if (!isSchemaObject(value)) throw new Error("a schema is an object");
  return value;
}

/** A body with its schema and its example. */
function media({ type, model, example }: Content, schemas: Readonly<Record<string, JsonSchema>>) {
  if (model !== undefined) {
    return {
      [type]: {
        schema: { $ref: refTo(model) },
        examples: { full: { value: schemas[model]?.examples?.[0] } },
      },
    };
  }
  const isJson = type === "application/json";
  const value: unknown = isJson ? JSON.parse(example ?? "null") : example;
  return {
    [type]: {
      schema: isJson ? { type: "object" as const } : { type: "string" as const },
      examples: { full: { value } },
    },
  };
}

const SECURITY: Record<FunctionOperation["security"], Record<string, string[]>[]> = {
  learner: [{ learner: [] }],
  worker: [{ wake: [] }, { secretKey: [] }],
  metrics: [{ metrics: [] }],
  anybody: [],
};

function functionObject(
  o: FunctionOperation,
  codes: readonly ErrorCode[],
  schemas: Readonly<Record<string, JsonSchema>>,
): ZodOpenApiOperationObject {
  const { success, also } = o;
  const compressed = { "Content-Encoding": header("ContentEncoding") };
  // A path that is answered before the function's modules has plain answers alone.
  const isServed = o.modules !== undefined;
  const common = isServed ? REQUEST_ID : {};
  const requestParams = {
    ...o.parts ? { path: o.parts } : {},
    ...o.query ? { query: o.query } : {},
  };
  const cached: Record<string, { $ref: string }> = o.isCached
    ? { ETag: header("ETag"), "Cache-Control": header("CacheControl") }
    : {};
  return {
    operationId: o.id,
    tags: [o.tag],
    summary: o.summary,
    description: o.description,
    security: SECURITY[o.security],
    requestParams,
    parameters: [
      ...isServed ? [{ $ref: "#/components/parameters/RequestId" }] : [],
      ...isServed && success.content ? [{ $ref: "#/components/parameters/AcceptEncoding" }] : [],
      ...o.isCached ? [{ $ref: "#/components/parameters/IfNoneMatch" }] : [],
      ...o.body ? [{ $ref: "#/components/parameters/ContentEncoding" }] : [],
    ],
    ...o.body
      ? { requestBody: { required: true, description: o.body.description, content: media(o.body, schemas) } }
      : {},
    responses: {
      [success.status]: {
        description: success.description,
        headers: { ...common, ...isServed && success.content ? compressed : {}, ...cached },
        ...success.content ? { content: media(success.content, schemas) } : {},
      },
      ...also
        ? {
          [also.status]: {
            description: also.description,
            headers: REQUEST_ID,
            content: media(also.content, schemas),
          },
        }
        : {},
      ...o.isCached
        ? {
          "304": { description: "The caller has this answer already", headers: { ...REQUEST_ID, ...cached } },
        }
        : {},
      ...refusals(codes, statusOf, "application/problem+json", "Problem", "problem.", REQUEST_ID),
    },
  };
}

function rpcObject(
  o: RpcOperation,
  codes: readonly ErrorCode[],
): ZodOpenApiOperationObject {
  const body: JsonSchema = o.isBody ? { type: "array", items: { type: "object" } } : {
    type: "object",
    properties: Object.fromEntries(o.parameters.map(({ name, schema }) => [name, schema])),
    required: o.parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
  return {
    operationId: `rpc_${o.name}`,
    tags: ["RPC"],
    summary: o.name,
    description: `${o.description} ${callersOf(o)}`,
    security: [{ learner: [], publishableKey: [] }],
    requestBody: {
      required: o.parameters.some(({ isRequired }) => isRequired),
      content: { "application/json": { schema: schemaObject(body) } },
    },
    responses: {
      ...o.answer.type === "null" ? { "204": { description: "It is done" } } : {
        "200": {
          description: "The result",
          content: { "application/json": { schema: schemaObject(o.answer) } },
        },
      },
      ...refusals(codes, rpcStatus, "application/json", "PostgrestError", "postgrest.", {}),
    },
  };
}

/** Rewrites the references between schemas. */
const components = (): Promise<Record<string, JsonSchema>> => namedSchemas(refTo);

const CALLERS = {
  learner: "Every learner, with an access token.",
  worker: "The database with a wake token, or an operator with a secret key.",
  metrics: "Monitoring, as `service_role` with a secret key.",
  anybody: "Anybody.",
};

const callersOf = ({ roles }: RpcOperation) =>
  roles.length > 0 ? `For the roles ${roles.join(", ")}.` : "For every learner.";

/** What a parameter says about itself. */
function metaOf(field: z.core.$ZodType) {
  const { description = "", example } = z.globalRegistry.get(field) ?? {};
  return { description, example, isRequired: !z.safeParse(field, undefined).success };
}

/** The answer of an RPC in a few words. */
function answerOf({ $ref, type, items }: JsonSchema): string {
  if ($ref) return `\`${$ref.split("/").at(-1)}\``;
  if (type !== "array") {
    return type === undefined ? "a JSON value" : type === "null" ? "nothing" : `a value: ${type}`;
  }
  if (typeof items !== "object" || Array.isArray(items)) return "a list";
  if (items.$ref) return `a list of \`${items.$ref.split("/").at(-1)}\``;
  return `rows of ${Object.keys(items.properties ?? {}).map((name) => `\`${name}\``).join(", ")}`;
}

/** All operations, in the order of the page. */
export async function readOperations(): Promise<Operation[]> {
  const functions = await readSqlFunctions();
  const schemas = await components();
  const edge = FUNCTION_OPERATIONS.map(async (o): Promise<Operation> => {
    const codes = o.modules ? ordered(await codesOfPath(functions, o.modules)) : [];
    const fieldsOf = (object: z.ZodObject | undefined) =>
      Object.entries(object?.shape ?? {}).map(([name, field]) => ({ name, about: metaOf(field) }));
    const [parts, query] = [fieldsOf(o.parts), fieldsOf(o.query)];
    return {
      ...o,
      codes,
      callers: CALLERS[o.security],
      address: parts.reduce(
        (path, { name, about }) => path.replace(`{${name}}`, String(about.example)),
        o.path,
      ),
      parameters: [...parts, ...query].map(({ name, about }) => ({
        name,
        description: about.description,
        isRequired: about.isRequired,
      })),
      body: o.body?.description ?? "",
      answer: `\`${o.success.status}\`: ${o.success.description}`,
      query: Object.fromEntries(query.map(({ name, about }) => [name, String(about.example)])),
      sent: o.body &&
        {
          ...o.body,
          ...o.body.model ? { example: JSON.stringify(schemas[o.body.model]?.examples?.[0]) } : {},
        },
      object: functionObject(o, codes, schemas),
    };
  });
  const rpcs = (await rpcOperations(functions, refTo, (id) => id in schemas)).map((o): Operation => {
    const codes = ordered(o.codes);
    return {
      id: `rpc_${o.name}`,
      tag: "RPC",
      method: "post",
      path: `/rest/v1/rpc/${o.name}`,
      address: `/rest/v1/rpc/${o.name}`,
      summary: o.name,
      description: o.description,
      codes,
      callers: callersOf(o),
      parameters: o.parameters.map(({ name, isRequired }) => ({ name, description: "", isRequired })),
      body: "",
      answer: answerOf(o.answer),
      query: {},
      sent: undefined,
      object: rpcObject(o, codes),
    };
  });
  return [...await Promise.all(edge), ...rpcs];
}

async function version(): Promise<string> {
  const manifest: { version: string } = JSON.parse(await Deno.readTextFile(`${PROJECT_FOLDER}/package.json`));
  return manifest.version;
}

/** The document. */
export async function openApi(operations: readonly Operation[]): Promise<Artifact> {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const document = createDocument({
    openapi: "3.1.0",
    info: {
      title: "Carrel",
      version: await version(),
      description:
        "Generated by `npm run generate`; do not edit. docs/protocol.md explains how a device uses these calls.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [
      {
        url: "https://{project}.supabase.co",
        description: "Hosted Supabase",
        variables: { project: { default: "project" } },
      },
    ],
    tags: [
      { name: "Content", description: "What is published" },
      { name: "Sync", description: "A learner's events and rows" },
      { name: "Workers", description: "Calls by the database" },
      { name: "Monitoring", description: "Health for operators" },
      { name: "RPC", description: "The database's functions through PostgREST" },
    ],
    paths: Object.fromEntries(
      [...byPath].map((
        [path, ofPath],
      ) => [path, Object.fromEntries(ofPath.map(({ method, object }) => [method, object]))]),
    ),
    components: {
      schemas: Object.fromEntries(
        Object.entries({ ...await components(), PostgrestError: POSTGREST_ERROR })
          .map(([id, schema]) => [id, schemaObject(schema)]),
      ),
      ...COMPONENTS,
    },
  });
  return { path: OPENAPI_FILE, text: `${JSON.stringify(document, null, 2)}\n` };
}
