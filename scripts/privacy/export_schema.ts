// The JSON Schema of a learner's export, from the classification of columns.
import { type Column, columnsOf, learnerTables, TABLES } from "./columns.ts";
import { CLASSES } from "./data_class.ts";

/** What the first field of an archive says. */
export const EXPORT_FORMAT = "carrel.learner-export/1";

const TEXTS: Readonly<Record<string, object>> = {
  uuid: { type: "string", format: "uuid" },
  timestamptz: { type: "string", pattern: "^(-?infinity|[0-9]{4,}-[0-9]{2}-[0-9]{2}T.+)$" },
  date: { type: "string", pattern: "^(-?infinity|[0-9]{4,}-[0-9]{2}-[0-9]{2})$" },
  text: { type: "string" },
  bytea: { type: "string", pattern: "^\\\\x([0-9a-f]{2})*$" },
  datemultirange: { type: "string" },
  boolean: { type: "boolean" },
  jsonb: {},
};

function typeOf({ type, isNullable }: Column): object {
  const one = type.endsWith("[]")
    ? { type: "array", items: TEXTS[type.slice(0, -2)] ?? {} }
    : TEXTS[type] ?? (/^(small|big)?int(eger)?$/.test(type) ? { type: "integer" } : undefined);
  if (!one) throw new Error(`no JSON type for ${type}`);
  return isNullable && Object.keys(one).length > 0 ? { anyOf: [one, { type: "null" }] } : one;
}

/** A row of a table. Times may be `infinity`, which PostgreSQL knows and RFC 3339 does not. */
const rowOf = (columns: readonly Column[]) => ({
  type: "object",
  additionalProperties: false,
  required: columns.map(({ name }) => name),
  properties: Object.fromEntries(
    columns.map((column) => [column.name, {
      description: column.class ? CLASSES[column.class] : "not personal",
      ...typeOf(column),
    }]),
  ),
});

const nullable = (type: object) => ({ anyOf: [type, { type: "null" }] });

/** The schema. */
export function exportSchema(): object {
  const record = {
    type: "object",
    additionalProperties: false,
    required: ["at", "action", "object", "role", "by_learner", "before", "after"],
    properties: {
      at: { type: "string", format: "date-time" },
      action: { type: "string" },
      object: { type: "string" },
      role: { type: "string", description: "The role of whoever did it" },
      by_learner: { type: "boolean", description: "The learner did it" },
      before: {},
      after: {},
    },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://carrel.dev/schema/learner-export.json",
    $comment: "Generated from scripts/privacy/columns.ts by `npm run generate`; do not edit.",
    title: "Export of a learner",
    description:
      "Everything that Carrel stores about one learner. Event ids are ULIDs as uuid, bytes are hex.",
    type: "object",
    additionalProperties: false,
    required: ["format", "learner_id", "exported_at", "history", "account", "tables"],
    properties: {
      format: { const: EXPORT_FORMAT },
      learner_id: { type: "string", format: "uuid" },
      exported_at: { type: "string", format: "date-time" },
      history: { type: "string", description: "The line of the database's life that was read" },
      account: nullable({
        type: "object",
        description: "The account of the sign-in service; null: it is not of this project",
      }),
      tables: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries([
          ...learnerTables().map((table) => [table, {
            description: TABLES[table]?.what ?? "",
            type: "array",
            items: rowOf(columnsOf(table)),
          }]),
          ["ops.audit", {
            description: "What was done to the learner's data, and who looked at it",
            type: "array",
            items: record,
          }],
        ]),
      },
    },
  };
}
