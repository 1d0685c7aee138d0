// Filters: `id=eq.1`, `or=(a.lt.3,not.and(b.is.null,c.in.(1,2)))`.
import { notImplemented } from "./errors.ts";
import { type Field, type FieldSource, fieldSql, parseField } from "./field.ts";
import { Scanner } from "./scanner.ts";
import { arrayLiteral, type Parameters } from "./sql.ts";

/** What a column is compared with, and how. */
export type Comparison =
  | { kind: "operator"; operator: string; quantifier: "any" | "all" | null; value: string }
  | { kind: "in"; values: readonly string[] }
  | { kind: "is"; value: string };

/** A condition on rows. */
export type Condition =
  | { kind: "compare"; field: Field; negated: boolean; comparison: Comparison }
  | { kind: "logic"; operator: "and" | "or"; negated: boolean; conditions: readonly Condition[] };

const OPERATORS = new Map([
  ["eq", "="],
  ["neq", "<>"],
  ["gt", ">"],
  ["gte", ">="],
  ["lt", "<"],
  ["lte", "<="],
  ["like", "like"],
  ["ilike", "ilike"],
  ["match", "~"],
  ["imatch", "~*"],
  ["cs", "@>"],
  ["cd", "<@"],
  ["ov", "&&"],
  ["isdistinct", "is distinct from"],
]);

/** Operators that take `(any)` or `(all)` and then an array. */
const QUANTIFIABLE = ["eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"];
/** Operators that PostgREST has besides: full text search and ranges. */
const NOT_HERE = ["fts", "plfts", "phfts", "wfts", "sl", "sr", "nxr", "nxl", "adj"];
const IS_VALUES = new Map([
  ["null", "null"],
  ["not_null", "not null"],
  ["true", "true"],
  ["false", "false"],
  ["unknown", "unknown"],
]);

function parseList(scanner: Scanner): string[] {
  scanner.blanks();
  scanner.expect("(");
  const values: string[] = [];
  do values.push(parseListedValue(scanner)); while (scanner.accept(","));
  scanner.expect(")");
  scanner.blanks();
  return values;
}

function parseListedValue(scanner: Scanner): string {
  const quoted = scanner.attempt(() => {
    const value = scanner.sees('"') ? scanner.quoted() : undefined;
    return scanner.sees(",") || scanner.sees(")") ? value : undefined;
  });
  return quoted ?? scanner.until(",)");
}

/** The value inside a logic tree ends at a comma or a bracket, unless it is quoted or an array. */
function parseNestedValue(scanner: Scanner): string {
  const array = scanner.attempt(() => {
    if (!scanner.accept("{")) return undefined;
    const elements = scanner.until("{}");
    return scanner.accept("}") ? `{${elements}}` : undefined;
  });
  return array ?? parseListedValue(scanner);
}

function parseComparison(scanner: Scanner, parseValue: (scanner: Scanner) => string): Comparison {
  const start = scanner.failure("operator (eq, gt, ...)");
  const name = scanner.until(".(");
  if (NOT_HERE.includes(name)) throw notImplemented(`This stand-in has no operator ${name}.`);
  if (name === "in") {
    scanner.expect(".");
    return { kind: "in", values: parseList(scanner) };
  }
  if (name === "is") {
    scanner.expect(".");
    const value = IS_VALUES.get(parseValue(scanner).toLowerCase());
    if (value === undefined) throw start;
    return { kind: "is", value };
  }
  const operator = OPERATORS.get(name);
  if (operator === undefined) throw start;
  const quantifier = QUANTIFIABLE.includes(name)
    ? scanner.acceptOneOf(["(any)", "(all)"] as const)
    : undefined;
  scanner.expect(".");
  const value = parseValue(scanner);
  const pattern = name === "like" || name === "ilike" ? value.replaceAll("*", "%") : value;
  return {
    kind: "operator",
    operator,
    quantifier: quantifier === undefined ? null : quantifier === "(any)" ? "any" : "all",
    value: pattern,
  };
}

/** Whether a parameter of a function call is a filter on its result rather than an argument. */
export function looksLikeFilter(value: string): boolean {
  const [first = "", second] = value.split(".");
  if (first === "not") return second !== undefined;
  const name = first.replace(/\((any|all|\w+)\)$/, "");
  return first === "in" || first === "is" || OPERATORS.has(name) || NOT_HERE.includes(name);
}

/** Reads one filter parameter, such as `id` and `not.eq.1`. */
export function parseFilter(key: string, value: string): Condition {
  const keyScanner = new Scanner(key, "tree path");
  const field = parseField(keyScanner);
  if (!keyScanner.atEnd) throw keyScanner.failure("end of input");
  const scanner = new Scanner(value, "filter");
  const negated = scanner.accept("not.");
  const comparison = parseComparison(scanner, (rest) => rest.rest());
  if (!scanner.atEnd) throw scanner.failure("end of input");
  return { kind: "compare", field, negated, comparison };
}

function parseBranch(scanner: Scanner): Condition {
  scanner.blanks();
  const logic = scanner.attempt(() => {
    const negated = scanner.accept("not.");
    const operator = scanner.acceptOneOf(["and", "or"] as const);
    return operator && scanner.sees("(") ? { negated, operator } : undefined;
  });
  if (logic) return { kind: "logic", ...logic, conditions: parseBranches(scanner) };
  const field = parseField(scanner);
  scanner.expect(".");
  const negated = scanner.accept("not.");
  return { kind: "compare", field, negated, comparison: parseComparison(scanner, parseNestedValue) };
}

function parseBranches(scanner: Scanner): Condition[] {
  scanner.blanks();
  scanner.expect("(");
  const conditions: Condition[] = [];
  do conditions.push(parseBranch(scanner)); while (scanner.accept(","));
  scanner.blanks();
  scanner.expect(")");
  scanner.blanks();
  return conditions;
}

/** Reads `or=(…)`, `and=(…)`, `not.or=(…)` or `not.and=(…)`. */
export function parseLogic(key: string, value: string): Condition {
  const scanner = new Scanner(value, "logic tree");
  const conditions = parseBranches(scanner);
  if (!scanner.atEnd) throw scanner.failure("end of input");
  const operator = key.endsWith("and") ? "and" : "or";
  return { kind: "logic", operator, negated: key.startsWith("not."), conditions };
}

function comparisonSql(comparison: Comparison, parameters: Parameters): string {
  switch (comparison.kind) {
    case "is":
      return `is ${comparison.value}`;
    case "in": {
      // `= any` rather than `in`: it allows an empty list, and one text for any number of values.
      const { values } = comparison;
      return `= any (${
        parameters.bind(values.length === 1 && values[0] === "" ? "{}" : arrayLiteral(values))
      })`;
    }
    case "operator": {
      const value = parameters.bind(comparison.value);
      return `${comparison.operator} ${
        comparison.quantifier ? `${comparison.quantifier} (${value})` : value
      }`;
    }
  }
}

function conditionSql(condition: Condition, source: FieldSource, parameters: Parameters): string {
  const not = condition.negated ? "not " : "";
  if (condition.kind === "compare") {
    const left = fieldSql(condition.field, source, parameters);
    return `${not}${left} ${comparisonSql(condition.comparison, parameters)}`;
  }
  const branches = condition.conditions.map((branch) => conditionSql(branch, source, parameters));
  return `${not}(${branches.join(` ${condition.operator} `)})`;
}

/** ` where …`, or nothing. */
export function whereSql(
  conditions: readonly Condition[],
  source: FieldSource,
  parameters: Parameters,
): string {
  if (conditions.length === 0) return "";
  return ` where ${conditions.map((condition) => conditionSql(condition, source, parameters)).join(" and ")}`;
}
