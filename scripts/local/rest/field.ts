// A column, with the steps into a json value that may follow it: `data->answers->>0`.
import type { Scanner } from "./scanner.ts";
import { type Parameters, quoteIdentifier } from "./sql.ts";
import type { Relation } from "./schema_cache.ts";

/** One arrow. */
export interface JsonStep {
  /** `->>` gives text, `->` json. */
  asText: boolean;
  /** A key, or an index where `isIndex`. */
  operand: string;
  isIndex: boolean;
}

/** A column and the way into it. */
export interface Field {
  name: string;
  path: readonly JsonStep[];
}

/** What a field is read from: the quoted name to put before the column, and its columns where known. */
export interface FieldSource {
  qualifier: string;
  relation: Relation | undefined;
}

function parseStep(scanner: Scanner): JsonStep | undefined {
  const asText = scanner.accept("->>");
  if (!asText && !scanner.accept("->")) return undefined;
  const index = scanner.attempt(() => {
    const sign = scanner.accept("-") ? "-" : "";
    const digits = scanner.identifier();
    const ends = scanner.atEnd || ["->", "::", ".", ","].some((end) => scanner.sees(end));
    return /^\d+$/.test(digits) && ends ? sign + digits : undefined;
  });
  return { asText, operand: index ?? scanner.fieldName(), isIndex: index !== undefined };
}

/** Reads a field. */
export function parseField(scanner: Scanner): Field {
  scanner.blanks();
  const name = scanner.fieldName();
  const path: JsonStep[] = [];
  for (let step = parseStep(scanner); step; step = parseStep(scanner)) path.push(step);
  scanner.blanks();
  return { name, path };
}

/** The name a field has in the answer when it is given none: its last key. */
export function implicitAlias(field: Field): string | null {
  if (field.path.length === 0) return null;
  return field.path.findLast((step) => !step.isIndex)?.operand ?? field.name;
}

/** The expression for a field. */
export function fieldSql(field: Field, source: FieldSource, parameters: Parameters): string {
  const column = `${source.qualifier}.${quoteIdentifier(field.name)}`;
  if (field.path.length === 0) return column;
  const type = source.relation?.columns.get(field.name)?.type;
  // json columns are used as they are, so that an index on the same expression fits.
  const start = type === "json" || type === "jsonb" ? column : `to_jsonb(${column})`;
  const steps = field.path.map((step) => {
    const operand = parameters.bind(step.operand) + (step.isIndex ? "::int" : "");
    return (step.asText ? "->>" : "->") + operand;
  });
  return start + steps.join("");
}
