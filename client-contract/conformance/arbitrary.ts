// Random values of a zod schema: valid ones, with every field that it names present or absent as the schema allows.
import fc from "fast-check";
import { z } from "zod";

const leafSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input" });

/** Texts that the calendar is checked for: days that every month has. */
const DATE = fc.tuple(
  fc.integer({ min: 1970, max: 2999 }),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 28 }),
).map((parts) => parts.map((part) => String(part).padStart(2, "0")).join("-"));
const TIME = fc.stringMatching(/^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$/);
const ZONE = fc.stringMatching(/^(Z|[+-](0[0-9]|1[0-4]):(00|30))$/);

function text(schema: z.ZodType): fc.Arbitrary<string> {
  const { pattern, format, minLength, maxLength } = leafSchema(schema);
  if (format === "date-time") {
    return fc.tuple(DATE, TIME, ZONE).map(([day, time, zone]) => `${day}T${time}${zone}`);
  }
  if (format === "date") return DATE;
  if (pattern?.includes("T([01][0-9]|2[0-3])")) {
    return fc.tuple(DATE, TIME).map(([day, time]) => `${day}T${time}Z`);
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"), { size: "-1" });
  return fc.string({ unit: "binary", minLength: minLength ?? 0, maxLength: Math.min(maxLength ?? 12, 12) })
    .map((value) => value.toWellFormed().padEnd(minLength ?? 0, "x"));
}

function numbers(schema: z.ZodType): fc.Arbitrary<number> {
  const { type, minimum = -1000, maximum = 1000 } = leafSchema(schema);
  if (type !== "integer") return fc.double({ min: minimum, max: Math.max(minimum, maximum), noNaN: true });
  return fc.oneof(
    fc.integer({ min: Math.max(minimum, -1000), max: Math.min(maximum, 1000) }),
    fc.constant(maximum),
  );
}

function object({ shape, _zod }: z.ZodObject): fc.Arbitrary<unknown> {
  const required: string[] = [];
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, field] of Object.entries<z.core.$ZodType>(shape)) {
    if (!(field instanceof z.ZodOptional)) required.push(name);
    fields[name] = valueOf(field);
  }
  const known = fc.record(fields, { requiredKeys: required });
  if (_zod.def.catchall?._zod.def.type === "never") return known;
  // What a newer version of the contract may add.
  const other = fc.dictionary(fc.constantFrom("later", "Other", "éé"), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 1,
  });
  return fc.tuple(known, other).map(([known, other]) => ({ ...known, ...other }));
}

/** Values that the schema accepts. A field that may be absent is never null instead. */
export function valueOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) {
    const inner = schema.unwrap();
    return valueOf(inner instanceof z.ZodNullable ? inner.unwrap() : inner);
  }
  if (schema instanceof z.ZodNullable) return fc.option(valueOf(schema.unwrap()), { freq: 2 });
  if (schema instanceof z.ZodObject) return object(schema);
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(valueOf));
  if (schema instanceof z.ZodArray) {
    const { minItems = 0, maxItems = 3 } = leafSchema(schema);
    return fc.array(valueOf(schema.element), {
      minLength: minItems,
      maxLength: Math.min(maxItems, minItems + 3),
    });
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return numbers(schema);
  if (schema instanceof z.ZodType) return text(schema);
  throw new Error("a schema without values");
}
