// Everything that the contract says about itself, collected for the generators: schemas with their texts, limits and errors.
import { join } from "node:path";
import { z } from "zod";
import { documentation } from "../../client-contract/contract/documentation.ts";
import * as limits from "../../client-contract/contract/limits.ts";
import * as contract from "../../client-contract/contract/mod.ts";
import { PROJECT_FOLDER } from "./artifact.ts";

const CONTRACT_FOLDER = "client-contract/contract";

/** A field of an object. */
export interface Field {
  name: string;
  title: string;
  description: string;
  /** Of a number: what it counts or measures. */
  unit: string | undefined;
  example: unknown;
}

/** A schema with a name. */
export interface Model {
  id: string;
  title: string;
  description: string;
  example: unknown;
  schema: z.ZodType;
  /** In the order of the schema; none unless it is an object. */
  fields: Field[];
}

/** A number of the protocol. */
export interface Limit {
  name: string;
  title: string;
  description: string;
  unit: string | undefined;
  value: number;
}

const EXPORT = /\/\*\*((?:(?!\*\/)[^])*)\*\/\n(?:\/\/.*\n)*export const (\w+)/g;
const isText = (value: unknown): value is string => typeof value === "string";

/** The docstrings of exported constants, by their names. */
async function docstrings(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(join(PROJECT_FOLDER, CONTRACT_FOLDER))) {
    if (!isFile || name.endsWith(".test.ts") || !name.endsWith(".ts")) continue;
    const source = await Deno.readTextFile(join(PROJECT_FOLDER, CONTRACT_FOLDER, name));
    for (const [, comment = "", constant = ""] of source.matchAll(EXPORT)) {
      found.set(
        constant,
        comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trim()).join(" ").trim(),
      );
    }
  }
  return found;
}

/** Units that the last word of a name says. */
const UNITS: Readonly<Record<string, string>> = {
  ms: "milliseconds",
  s: "seconds",
  days: "days",
  minutes: "minutes",
  range: "resets",
};
/** Words that are a unit themselves. */
const COUNTED = new Set([
  ..."attempts bytes changes completed domains events levels lines questions reads rows skills".split(" "),
]);

function unitOf(name: string): string | undefined {
  const last = name.toLowerCase().split("_").at(-1) ?? "";
  return UNITS[last] ?? (COUNTED.has(last) ? last : undefined);
}

/** `batch_id` as people write it: Batch ID. */
function titleOf(name: string): string {
  const words = name.toLowerCase().split("_").filter((word) => !["ms", "s"].includes(word));
  const text = words.join(" ").replace(/\bid\b/g, "ID").replace(/\butc\b/g, "UTC").replace(
    /\bjson\b/g,
    "JSON",
  )
    .replace(/\bsha256\b/g, "SHA-256").replace(/\burl\b/g, "URL").replace(/\bmime\b/g, "MIME type");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a field holds a number, or none. */
export const isNumber = (schema: unknown): boolean =>
  schema instanceof z.ZodNumber ||
  (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) && isNumber(schema.unwrap());

function fieldsOf(id: string, schema: z.ZodType, example: unknown): Field[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const texts = documentation.get(schema)?.fields ?? {};
  const values = z.record(z.string(), z.unknown()).parse(example);
  return Object.entries(schema.shape).map(([name, field]) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`${id}.${name} has no description`);
    return {
      name,
      title: titleOf(name),
      description: isText(text) ? text : text.text,
      unit: isNumber(field) ? isText(text) ? unitOf(name) : text.unit : undefined,
      example: values[name],
    };
  });
}

/** What a schema is made of. */
function partsOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape);
  if (schema instanceof z.ZodUnion) return [...schema.options];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [schema.unwrap()];
  return [];
}

/** All schemas below some, themselves included. */
function reachable(roots: Iterable<z.ZodType>): Set<z.core.$ZodType> {
  const found = new Set<z.core.$ZodType>();
  const visit = (schema: z.core.$ZodType) => {
    if (found.has(schema)) return;
    found.add(schema);
    partsOf(schema).forEach(visit);
  };
  for (const root of roots) visit(root);
  return found;
}

/** Objects with fields that no `describe` names, below some schemas. */
export function undocumented(roots: Iterable<z.ZodType>): z.ZodObject[] {
  return [...reachable(roots)].flatMap((schema) =>
    schema instanceof z.ZodObject && Object.keys(schema.shape).length > 0 && !documentation.has(schema)
      ? [schema]
      : []
  );
}

/** Schemas that the contract exports, by name. */
export function exportedSchemas(): Map<string, z.ZodType> {
  return new Map(
    Object.entries(contract).flatMap(([name, value]) => value instanceof z.ZodType ? [[name, value]] : []),
  );
}

/** Schemas that a client meets: what is exported, and whatever that is made of. */
export function publicSchemas(): z.ZodType[] {
  const roots = [
    ...exportedSchemas().values(),
    ...Object.values(contract.answerKeys),
    ...Object.values(contract.answers),
  ];
  return [...reachable(roots)].flatMap((schema) => schema instanceof z.ZodType ? [schema] : []);
}

/** All schemas that have a name, in the order of their names. */
export async function readModels(): Promise<Model[]> {
  const texts = await docstrings();
  const models = publicSchemas().flatMap((schema): Model[] => {
    const about = documentation.get(schema);
    if (!about) return [];
    const { id, title, example } = about;
    const description = about.description ?? texts.get(id) ?? "";
    return [{ id, title, description, example, schema, fields: fieldsOf(id, schema, example) }];
  });
  return models.sort((a, b) => a.id < b.id ? -1 : 1);
}

/** All numbers of the protocol, in the order of limits.ts. */
export async function readLimits(): Promise<Limit[]> {
  const texts = await docstrings();
  return Object.entries(limits).map(([name, value]) => ({
    name,
    title: titleOf(name),
    description: texts.get(name) ?? "",
    unit: unitOf(name),
    value,
  }));
}
