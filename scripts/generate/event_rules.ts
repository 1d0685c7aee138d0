// supabase/schemas/40_ledger/event_rules.gen.sql: what the zod schemas of batches and events say, as jsonpath predicates.
//
// The paths are strict: a value of another type than the rule's, or one that is missing, makes its predicate unknown, which is not true.
import { z } from "zod";
import { BatchHeader } from "../../client-contract/contract/batch.ts";
import { EventEnvelope } from "../../client-contract/contract/envelope.ts";
import { Event } from "../../client-contract/contract/event.ts";
import { Instant, Ulid, Uuid } from "../../client-contract/contract/ids.ts";
import { Code, Label, TRACKING_PLAN } from "../../client-contract/contract/tracking.ts";
import type { Artifact } from "./artifact.ts";
import { literal, sqlSource } from "./sql.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The rule of one field: as a predicate, and as a person would say it. */
interface Rule {
  predicate: string;
  requirement: string;
}

const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: "input" });

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The regular expression of a text. */
export function patternOf(schema: z.ZodType): string {
  const { pattern } = schemaOf(schema);
  if (pattern === undefined) throw new Error("this schema has no pattern");
  return pattern;
}

const INSTANT = patternOf(Instant);
/** What texts of a pattern are called. */
const NAMES = new Map(
  [Ulid, Uuid, Instant, Code, Label].map((schema) => [patternOf(schema), schema.description]),
);
/** How `text()` limits a length. As a regular expression that must match, it takes PostgreSQL four times as long. */
const TEXT = /^\^\[\\s\\S\]\{1,(\d+)\}\$$/;

function stringRule({ pattern = "", enum: values }: JsonSchema, path: string): Rule {
  if (values) {
    return {
      predicate: `(${values.map((value) => `${path} == ${JSON.stringify(value)}`).join(" || ")})`,
      requirement: `must be one of ${values.join(", ")}`,
    };
  }
  const most = TEXT.exec(pattern)?.[1];
  if (most) {
    return {
      predicate: `(${path} != "" && !(${path} like_regex ".{${Number(most) + 1}}" flag "s"))`,
      requirement: `must be text of 1 to ${most} characters`,
    };
  }
  const name = NAMES.get(pattern);
  if (!name) throw new Error(`${path}: the pattern ${pattern} has no name`);
  const matches = `${path} like_regex ${JSON.stringify(pattern)}`;
  return {
    // The pattern knows no calendar; the method does, and fails for 2026-02-30.
    predicate: pattern === INSTANT ? `(${matches} && exists(${path}.timestamp_tz()))` : matches,
    requirement: `must be ${name}`,
  };
}

function objectRule(schema: JsonSchema, path: string): Rule {
  const fields = fieldsOf(schema, path);
  const required = fields.map(({ name, requirement }) => `\`${name}\` ${requirement}`);
  return {
    predicate: `(${
      [`${path}.type() == "object"`, ...fields.map(({ predicate }) => predicate)].join(" && ")
    })`,
    requirement: ["must be an object", ...required].join("; "),
  };
}

/** Lists of texts, some of which may be null. */
function arrayRule({ items, maxItems }: JsonSchema, path: string): Rule {
  if (!isSchema(items)) throw new Error(`${path}: a list needs a schema of its elements`);
  const text = items.anyOf?.[0] ?? items;
  const { predicate, requirement } = stringRule(text, "@");
  const isWrong = `@.type() != "string" || !(${predicate})`;
  return {
    predicate: `(${path}.type() == "array" && ${path}.size() <= ${maxItems} && !exists(${path}[*] ? (${
      items.anyOf ? `@ != null && (${isWrong})` : isWrong
    })))`,
    requirement: `must be a list of at most ${maxItems} values; each ${requirement}${
      items.anyOf ? ", or null" : ""
    }`,
  };
}

function ruleOf(schema: JsonSchema, path: string): Rule {
  const { type, minimum, maximum, anyOf } = schema;
  switch (type) {
    case "string":
      return stringRule(schema, path);
    case "object":
      return objectRule(schema, path);
    case "array":
      return arrayRule(schema, path);
    case "boolean":
      return { predicate: `${path}.type() == "boolean"`, requirement: "must be true or false" };
    case "integer":
      return {
        predicate: `(${path}.floor() == ${path} && ${path} >= ${minimum} && ${path} <= ${maximum})`,
        requirement: `must be a whole number from ${minimum} to ${maximum}`,
      };
  }
  const [some, none] = anyOf ?? [];
  if (!some || none?.type !== "null") throw new Error(`${path}: no rule for ${JSON.stringify(schema)}`);
  const { predicate, requirement } = ruleOf(some, path);
  return { predicate: `(${path} == null || ${predicate})`, requirement };
}

/** The rule of each field of an object, in their order. */
function fieldsOf(schema: JsonSchema, path: string): (Rule & { name: string })[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => {
    if (!isSchema(field)) throw new Error(`${path}.${name}: no schema`);
    const { predicate, requirement } = ruleOf(field, `${path}.${name}`);
    const isRequired = schema.required?.includes(name);
    return {
      name,
      predicate: isRequired ? predicate : `((exists(${path}.${name})) is unknown || ${predicate})`,
      requirement,
    };
  });
}

/** A type's rules: those of its envelope begin with the value itself. */
function rulesOf(schema: z.ZodType, path: string) {
  const fields = fieldsOf(schemaOf(schema), path);
  const prefix = path.replace("$", "").replace(".", "");
  const rules = fields.map(({ name, ...rule }) => ({ ...rule, field: prefix ? `${prefix}.${name}` : name }));
  if (prefix) return rules;
  return [{ field: "", predicate: '$.type() == "object"', requirement: "must be a JSON object" }, ...rules];
}

/** Every type in its only version. */
export function eventRules(): Artifact {
  const telemetry = new Set<string>(TRACKING_PLAN.map(({ shape }) => shape.type.value));
  const types = [
    { type: "batch", rules: rulesOf(BatchHeader, "$") },
    { type: "event", rules: rulesOf(EventEnvelope, "$") },
    ...Event.options.map(({ shape }) => ({ type: shape.type.value, rules: rulesOf(shape.body, "$.body") })),
  ];
  const rows = (lines: string[]) => `${lines.join(",\n")};`;
  return sqlSource(
    "40_ledger/event_rules",
    "event.ts, tracking.ts and batch.ts",
    `insert into private.event_rule (type, version, place, field, rule, requirement)
values
${
      rows(types.flatMap(({ type, rules }) =>
        rules.map(({ field, predicate, requirement }, place) =>
          `  (${[type, 1, place + 1, field, `strict ${predicate}`, requirement].map(literal).join(", ")})`
        )
      ))
    }

insert into private.event_type (type, version, kept_in, rules)
values
${
      rows(types.map(({ type, rules }) => {
        const keptIn = telemetry.has(type) ? "telemetry" : "ledger";
        const all = `strict ${rules.map(({ predicate }) => predicate).join(" && ")}`;
        return `  (${[type, 1, keptIn, all].map(literal).join(", ")})`;
      }))
    }`,
  );
}
