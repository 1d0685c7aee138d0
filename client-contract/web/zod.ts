// A validator with zod's interface, as far as the contract, the client and the device use it. The Vite plugin puts it in zod's place in the worker,
// because zod is 27 kB of the 70 kB there. A test runs the vectors and the conformance kit with it: both give the same verdicts.

/** What is wrong with a value, and where. */
interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
}

/** All that is wrong with a value. */
export class ZodError extends Error {
  override readonly name = "ZodError";
  constructor(readonly issues: Issue[]) {
    super(JSON.stringify(issues));
  }
}

type Path = readonly PropertyKey[];
/** Checks a value, and gives the output. What is wrong goes to `issues`. */
type Run = (value: unknown, path: Path, issues: Issue[]) => unknown;
interface Check {
  holds: (value: unknown) => boolean;
  message: string;
  /** The checks after this one are not made if it fails. */
  abort: boolean;
}
type Shape = Record<string, Schema>;
/** What others ask a schema about itself. */
interface Facts {
  shape?: Shape;
  options?: readonly unknown[];
  /** The values of a literal or an enum. */
  values?: readonly unknown[];
  value?: unknown;
  /** What an object does with keys that it does not know. */
  others?: "strip" | "keep" | "refuse";
}
type Options = { message?: string; error?: string; abort?: boolean };
type Parsed = { success: true; data: unknown } | { success: false; error: ZodError; data?: undefined };

/** A schema; each method that changes it gives another one. */
interface Schema extends Facts {
  run: Run;
  parse(value: unknown): unknown;
  safeParse(value: unknown): Parsed;
  optional(): Schema;
  nullable(): Schema;
  nullish(): Schema;
  describe(): Schema;
  transform(change: (value: unknown) => unknown): Schema;
  pipe(next: Schema): Schema;
  refine(holds: (value: unknown) => boolean, o?: Options): Schema;
  regex(pattern: RegExp, o?: Options): Schema;
  min(least: number): Schema;
  max(most: number): Schema;
  length(exact: number): Schema;
  extend(more: Shape): Schema;
}

const said = (code: string, path: Path, message: string): Issue => ({ code, path: [...path], message });
/** A number itself; of a text or an array its length. */
const sizeOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : Number(value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function schema(base: Run, facts: Facts = {}, checks: readonly Check[] = []): Schema {
  const run: Run = (value, path, issues) => {
    const before = issues.length;
    const output = base(value, path, issues);
    // A check sees only what is of the right type.
    if (issues.length > before) return output;
    for (const { holds, message, abort } of checks) {
      if (holds(output)) continue;
      issues.push(said("custom", path, message));
      if (abort) break;
    }
    return output;
  };
  const checked = (holds: Check["holds"], message: string, abort = false) =>
    schema(base, facts, [...checks, { holds, message, abort }]);
  const self: Schema = {
    ...facts,
    run,
    safeParse(value) {
      const issues: Issue[] = [];
      const data = run(value, [], issues);
      return issues.length === 0 ? { success: true, data } : { success: false, error: new ZodError(issues) };
    },
    parse(value) {
      const parsed = self.safeParse(value);
      if (!parsed.success) throw parsed.error;
      return parsed.data;
    },
    optional: () =>
      schema((value, path, issues) => value === undefined ? value : run(value, path, issues), facts),
    nullable: () => schema((value, path, issues) => value === null ? value : run(value, path, issues), facts),
    nullish: () => self.nullable().optional(),
    describe: () => self,
    transform: (change) =>
      schema((value, path, issues) => {
        const before = issues.length;
        const output = run(value, path, issues);
        return issues.length > before ? output : change(output);
      }, facts),
    pipe: (next) =>
      schema((value, path, issues) => {
        const before = issues.length;
        const output = run(value, path, issues);
        return issues.length > before ? output : next.run(output, path, issues);
      }, facts),
    refine: (holds, o) => checked(holds, o?.message ?? o?.error ?? "is invalid", o?.abort),
    regex: (pattern, o) => checked((value) => pattern.test(String(value)), `must match ${pattern}`, o?.abort),
    min: (least) => checked((value) => sizeOf(value) >= least, `must be at least ${least}`),
    max: (most) => checked((value) => sizeOf(value) <= most, `must be at most ${most}`),
    length: (exact) => checked((value) => sizeOf(value) === exact, `must be ${exact} long`),
    extend: (more) => objectOf(facts.others ?? "strip", { ...facts.shape, ...more }),
  };
  return self;
}

/** A schema of the values for which a test holds. */
const typed = (name: string, holds: (value: unknown) => boolean, facts: Facts = {}): Schema =>
  schema((value, path, issues) => {
    if (!holds(value)) issues.push(said("invalid_type", path, `must be ${name}`));
    return value;
  }, facts);

function objectOf(others: "strip" | "keep" | "refuse", shape: Shape): Schema {
  const fields = Object.entries(shape);
  return schema((value, path, issues) => {
    if (!isObject(value)) {
      issues.push(said("invalid_type", path, "must be an object"));
      return value;
    }
    const output: Record<string, unknown> = others === "keep" ? { ...value } : {};
    for (const [key, field] of fields) {
      const found = field.run(value[key], [...path, key], issues);
      if (found !== undefined || key in value) output[key] = found;
    }
    const unknown = others === "refuse" && Object.keys(value).find((key) => !Object.hasOwn(shape, key));
    if (unknown) issues.push(said("unrecognized_keys", path, `has no ${unknown}`));
    return output;
  }, { shape, others });
}

function listOf(
  of: (place: number) => Schema | undefined,
  value: unknown,
  path: Path,
  issues: Issue[],
): unknown {
  if (Array.isArray(value)) return value.map((item, place) => of(place)?.run(item, [...path, place], issues));
  issues.push(said("invalid_type", path, "must be an array"));
  return value;
}

const literal = (value: unknown): Schema => {
  const values = Array.isArray(value) ? value : [value];
  return typed(values.map((one) => JSON.stringify(one)).join(" or "), (given) => values.includes(given), {
    values,
    value: values[0],
  });
};

/** The values by which a union tells that it has this option, which may be a union itself. */
const valuesOf = ({ shape, options }: Facts, key: string): readonly unknown[] =>
  shape?.[key]?.values ?? options?.flatMap((option) => valuesOf(option as Facts, key)) ?? [];

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const isDate = (text: string) => {
  const date = DATE.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};
const string = (): Schema => typed("a text", (value) => typeof value === "string");
const texts = (name: string, holds: (text: string) => boolean) =>
  string().refine((value) => holds(String(value)), { message: `must be ${name}` });

/** The part of zod's `z` that is used. */
export const z = {
  string,
  unknown: () => schema((value) => value),
  boolean: () => typed("a boolean", (value) => typeof value === "boolean"),
  number: () => typed("a number", Number.isFinite),
  int: () => typed("an integer", Number.isSafeInteger),
  literal,
  enum: (values: readonly string[]): Schema =>
    typed(values.join(" or "), (value) => typeof value === "string" && values.includes(value), {
      values,
      options: values,
    }),
  instanceof: (type: new () => unknown) => typed(`a ${type.name}`, (value) => value instanceof type),
  object: (shape: Shape) => objectOf("strip", shape),
  looseObject: (shape: Shape) => objectOf("keep", shape),
  strictObject: (shape: Shape) => objectOf("refuse", shape),
  array: (item: Schema) => schema((value, path, issues) => listOf(() => item, value, path, issues)),
  tuple: (items: readonly Schema[]) =>
    schema((value, path, issues) => listOf((place) => items[place], value, path, issues)).length(
      items.length,
    ),
  record: (_key: Schema, item: Schema) =>
    schema((value, path, issues) => {
      const keys = isObject(value) ? Object.keys(value) : [];
      return objectOf("strip", Object.fromEntries(keys.map((key) => [key, item]))).run(value, path, issues);
    }),
  union: (options: readonly Schema[]) =>
    schema((value, path, issues) => {
      for (const option of options) {
        const own: Issue[] = [];
        const output = option.run(value, path, own);
        if (own.length === 0) return output;
      }
      issues.push(said("invalid_union", path, "is of no known form"));
      return value;
    }, { options }),
  discriminatedUnion: (key: string, options: readonly Schema[]) => {
    const byValue = new Map(
      options.flatMap((option) => valuesOf(option, key).map((value) => [value, option])),
    );
    return schema((value, path, issues) => {
      const option = isObject(value) ? byValue.get(value[key]) : undefined;
      if (option) return option.run(value, path, issues);
      const place = isObject(value) ? [...path, key] : path;
      issues.push(said("invalid_union", place, "is of no known form"));
      return value;
    }, { options });
  },
  /** Texts about schemas for people: an app has none. */
  registry: () => ({ add: () => {}, get: () => undefined, has: () => false }),
  iso: {
    date: () => texts("a date", isDate),
    datetime: () =>
      texts("a time", (text) => text[10] === "T" && isDate(text.slice(0, 10)) && TIME.test(text.slice(11))),
  },
};
