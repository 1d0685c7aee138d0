// `select=`: which columns the answer has, and the order of its rows.
import { notImplemented, RestError } from "./errors.ts";
import { type Field, type FieldSource, fieldSql, implicitAlias, parseField } from "./field.ts";
import { Scanner } from "./scanner.ts";
import { type Parameters, quoteIdentifier } from "./sql.ts";

/** One entry of `select=`. */
export interface SelectedField {
  field: Field;
  alias: string | null;
  /** Type to cast to: letters, digits, blanks, `_` and `$` only, so it may stand in the text unquoted. */
  cast: string | null;
}

/** Every column, or the listed ones. */
export type Selection = "*" | readonly (SelectedField | "*")[];

/** One entry of `order=`. */
export interface OrderTerm {
  field: Field;
  direction: "asc" | "desc" | undefined;
  nulls: "nullsfirst" | "nullslast" | undefined;
}

const AGGREGATES = [".avg()", ".count()", ".max()", ".min()", ".sum()"];

function parseSelected(scanner: Scanner): SelectedField | "*" {
  scanner.blanks();
  if (scanner.accept("*")) {
    scanner.blanks();
    return "*";
  }
  if (scanner.sees("..")) throw notImplemented("This stand-in does not spread embedded resources.");
  const alias = scanner.attempt(() => {
    const name = scanner.fieldName();
    return !scanner.sees("::") && scanner.accept(":") ? name : undefined;
  }) ?? null;
  const field = parseField(scanner);
  // `count()` stands alone, the others follow a column.
  if (["()", ...AGGREGATES].some((aggregate) => scanner.sees(aggregate))) {
    throw new RestError(400, "PGRST123", "Use of aggregate functions is not allowed");
  }
  if (scanner.sees("!") || scanner.sees("(")) {
    throw notImplemented("This stand-in does not embed related resources in select.");
  }
  const cast = scanner.accept("::") ? scanner.identifier() : null;
  if (cast === "") throw scanner.failure("letter or digit");
  scanner.blanks();
  return { field, alias, cast };
}

/** Reads the value of `select`; an empty one selects everything. */
export function parseSelection(text: string | null): Selection {
  if (text === null || text === "" || text === "*") return "*";
  const scanner = new Scanner(text, "select parameter");
  const selected = [parseSelected(scanner)];
  while (scanner.accept(",")) selected.push(parseSelected(scanner));
  if (!scanner.atEnd) throw scanner.failure('"," or end of input');
  return selected;
}

/** Names of the columns a selection reads, or null where it reads all. */
export function selectedColumns(selection: Selection): string[] | null {
  if (selection === "*") return null;
  const names = selection.map((selected) => selected === "*" ? null : selected.field.name);
  return names.every((name) => name !== null) ? names : null;
}

/** The list after SELECT. */
export function selectionSql(selection: Selection, source: FieldSource, parameters: Parameters): string {
  if (selection === "*") return `${source.qualifier}.*`;
  const entries = selection.map((selected) => {
    if (selected === "*") return `${source.qualifier}.*`;
    const { field, alias, cast } = selected;
    const expression = fieldSql(field, source, parameters);
    const name = alias ?? implicitAlias(field) ?? (cast === null ? null : field.name);
    return (cast === null ? expression : `cast(${expression} as ${cast})`) +
      (name === null ? "" : ` as ${quoteIdentifier(name)}`);
  });
  return entries.join(", ");
}

function parseOrderTerm(scanner: Scanner): OrderTerm {
  const field = parseField(scanner);
  if (scanner.sees("(")) throw notImplemented("This stand-in does not order by related resources.");
  const direction = scanner.acceptOneOf([".asc", ".desc"] as const);
  const nulls = scanner.acceptOneOf([".nullsfirst", ".nullslast"] as const);
  return {
    field,
    direction: direction === ".asc" ? "asc" : direction && "desc",
    nulls: nulls === ".nullsfirst" ? "nullsfirst" : nulls && "nullslast",
  };
}

/** Reads the value of `order`. */
export function parseOrder(text: string | null): OrderTerm[] {
  if (text === null || text === "") return [];
  const scanner = new Scanner(text, "order");
  const terms = [parseOrderTerm(scanner)];
  while (scanner.accept(",")) terms.push(parseOrderTerm(scanner));
  if (!scanner.atEnd) throw scanner.failure('"asc", "desc", "nullsfirst", "nullslast" or ","');
  return terms;
}

/** ` order by …`, or nothing. */
export function orderSql(terms: readonly OrderTerm[], source: FieldSource, parameters: Parameters): string {
  if (terms.length === 0) return "";
  const entries = terms.map(({ field, direction, nulls }) => {
    const nullOrder = nulls && (nulls === "nullsfirst" ? "nulls first" : "nulls last");
    return [fieldSql(field, source, parameters), direction, nullOrder].filter(Boolean).join(" ");
  });
  return ` order by ${entries.join(", ")}`;
}
