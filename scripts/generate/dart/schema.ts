// The contract's zod schemas as the classes, unions and enums of the Dart package.
import { z } from "zod";
import * as ids from "../../../client-contract/contract/ids.ts";
import { camel, dartPattern, dartString } from "./layout.ts";
import { classOf, enumOf, TEXT_TYPES } from "./names.ts";

/** A Dart type, the function that reads it from JSON, and the expression that writes one. */
export interface DartType {
  dart: string;
  reader: string;
  write: (value: string) => string;
  /** Generated types that it is made of. */
  uses: readonly string[];
  /** Values of a newer server are kept rather than refused. */
  isOpen?: boolean;
}

/** Whether a field may be null, and whether it may be absent. */
export type Presence = "required" | "nullable" | "optional" | "nullish";

/** A field of a class. */
export interface Field {
  wire: string;
  name: string;
  presence: Presence;
  type: DartType;
}

/** A field with one value, which tells what an object is. */
export interface Constant {
  wire: string;
  name: string;
  value: string | number;
}

export interface ClassDefinition {
  kind: "class";
  name: string;
  fields: Field[];
  constants: Constant[];
  /** What happens to fields that the contract does not name. */
  others: "kept" | "ignored" | "refused";
}

export interface UnionDefinition {
  kind: "union";
  name: string;
  /** The field that tells the options apart; null: they have different fields. */
  discriminator: string | null;
  options: string[];
}

export interface EnumDefinition {
  kind: "enum";
  name: string;
  values: string[];
  isOpen: boolean;
}

export type Definition = ClassDefinition | UnionDefinition | EnumDefinition;

interface Place {
  owner: string;
  field: string;
  /** Whether the device sends it, so that the server refuses what the contract does not know. */
  isSent: boolean;
}

const plain = (value: string) => value;
const leaf = (dart: string, reader: string): DartType => ({ dart, reader, write: plain, uses: [] });

const leafSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { io: "input" });
const patternOf = (schema: z.ZodType) => leafSchema(schema).pattern ?? "";

/** The contract's types of text by their patterns. */
const textTypes = new Map(TEXT_TYPES.map((name) => [patternOf(ids[name]), name]));
export const textPattern = (name: typeof TEXT_TYPES[number]): string => patternOf(ids[name]);
/** How the contract's `readText()` limits a length. */
const LENGTH = /^\^\[\\s\\S\]\{1,(\d+)\}\$$/;
const DATE = patternOf(z.iso.date());

/** All definitions that some schemas need. */
export class Definitions {
  readonly all = new Map<string, Definition>();

  /** Defines a schema under its name. */
  define(schema: z.ZodType, name: string, isSent: boolean): void {
    if (this.all.has(name)) return;
    if (schema instanceof z.ZodObject) this.#class(schema, name, isSent);
    else if (schema instanceof z.ZodUnion) this.#union(schema, name, isSent);
    else throw new Error(`${name} is neither an object nor a union`);
  }

  #class(schema: z.ZodObject, name: string, isSent: boolean): void {
    const catchall = schema._zod.def.catchall?._zod.def.type;
    const others = catchall === "never" ? "refused" : catchall === undefined ? "ignored" : "kept";
    const definition: ClassDefinition = { kind: "class", name, fields: [], constants: [], others };
    this.all.set(name, definition);
    for (const [wire, field] of Object.entries<z.core.$ZodType>(schema.shape)) {
      if (field instanceof z.ZodLiteral && field.values.size === 1) {
        const [value] = field.values;
        if (typeof value !== "string" && typeof value !== "number") throw new Error(`${name}.${wire}`);
        definition.constants.push({ wire, name: camel(wire), value });
      } else {
        definition.fields.push(this.#field(field, { owner: name, field: wire, isSent }));
      }
    }
  }

  #field(schema: z.core.$ZodType, place: Place): Field {
    let [inner, isOptional, isNullable] = [schema, false, false];
    for (;;) {
      if (!(inner instanceof z.ZodType)) throw new Error(`${place.owner}.${place.field} is no schema of zod`);
      if (inner instanceof z.ZodOptional) isOptional = true;
      else if (inner instanceof z.ZodNullable) isNullable = true;
      else break;
      inner = inner.unwrap();
    }
    const presence = isOptional
      ? (isNullable ? "nullish" : "optional")
      : isNullable
      ? "nullable"
      : "required";
    return { wire: place.field, name: camel(place.field), presence, type: this.#type(inner, place) };
  }

  #type(schema: z.core.$ZodType, place: Place): DartType {
    if (schema instanceof z.ZodObject || schema instanceof z.ZodUnion) return this.#reference(schema, place);
    if (schema instanceof z.ZodArray) return this.#list(schema, place);
    if (schema instanceof z.ZodEnum) return this.#enum(schema.options.map(String), place);
    if (schema instanceof z.ZodBoolean) return leaf("bool", "readBool");
    if (schema instanceof z.ZodLiteral) {
      return leaf("int", `readOneOf(const [${[...schema.values].join(", ")}])`);
    }
    if (
      schema instanceof z.ZodString || schema instanceof z.ZodISODateTime || schema instanceof z.ZodISODate
    ) {
      return this.#text(schema);
    }
    if (schema instanceof z.ZodNumber) {
      const { type, minimum, maximum } = leafSchema(schema);
      const bounds = [["min", minimum, Number.MIN_SAFE_INTEGER], ["max", maximum, Number.MAX_SAFE_INTEGER]]
        .flatMap(([name, bound, none]) => bound === undefined || bound === none ? [] : [`${name}: ${bound}`]);
      return type === "integer"
        ? leaf("int", `readWhole(${bounds.join(", ")})`)
        : leaf("num", `readNumber(${bounds.join(", ")})`);
    }
    throw new Error(`${place.owner}.${place.field} has a type that Dart's generator does not know`);
  }

  #reference(schema: z.ZodObject | z.ZodUnion, place: Place): DartType {
    if (schema instanceof z.ZodObject && Object.keys(schema.shape).length === 0) {
      return leaf("Map<String, Object?>", "readObject");
    }
    const name = classOf(schema, place.owner, place.field);
    this.define(schema, name, place.isSent);
    return { dart: name, reader: `${name}.fromJson`, write: (value) => `${value}.toJson()`, uses: [name] };
  }

  #list(schema: z.ZodArray, place: Place): DartType {
    const { minItems, maxItems } = leafSchema(schema);
    const { type, presence } = this.#field(schema.element, place);
    const isNullable = presence === "nullable";
    const bounds = [
      ...minItems === undefined ? [] : [`min: ${minItems}`],
      ...maxItems === undefined ? [] : [`max: ${maxItems}`],
    ];
    const reader = isNullable ? `readOrNull(${type.reader})` : type.reader;
    return {
      dart: `List<${type.dart}${isNullable ? "?" : ""}>`,
      reader: `readList(${[reader, ...bounds].join(", ")})`,
      write: type.write("x") === "x" ? plain : (value) => `[for (final x in ${value}) ${type.write("x")}]`,
      uses: type.uses,
    };
  }

  #enum(values: string[], { owner, field, isSent }: Place): DartType {
    const name = enumOf(owner, field);
    const known = this.all.get(name);
    const isOpen = !isSent || (known?.kind === "enum" && known.isOpen);
    this.all.set(name, { kind: "enum", name, values, isOpen });
    const write = (value: string) => `${value}.wire`;
    return { dart: name, reader: `${name}.fromJson`, write, uses: [name], isOpen: !isSent };
  }

  #text(schema: z.ZodType): DartType {
    const { pattern, allOf, maxLength } = leafSchema(schema);
    if (pattern === undefined && allOf === undefined) return leaf("String", this.#plainText(schema));
    const name = textTypes.get(pattern ?? "");
    if (name !== undefined) return { ...leaf(name, `${name}.fromJson`), uses: [name] };
    if (pattern === DATE) return { ...leaf("Day", "Day.fromJson"), uses: ["Day"] };
    const length = LENGTH.exec(pattern ?? "")?.[1];
    if (length !== undefined) return leaf("String", `readText(${length})`);
    const limit = maxLength === undefined ? "" : `, max: ${maxLength}`;
    return leaf("String", `readMatching(${dartPattern(pattern ?? "")}${limit})`);
  }

  #plainText(schema: z.ZodType): string {
    const { minLength, maxLength } = leafSchema(schema);
    if (minLength === undefined && maxLength === undefined) return "readString";
    return `readTextBetween(${minLength ?? 0}, ${maxLength ?? "null"})`;
  }

  #union(schema: z.ZodUnion, name: string, isSent: boolean): void {
    const discriminator = schema instanceof z.ZodDiscriminatedUnion ? schema._zod.def.discriminator : null;
    const definition: UnionDefinition = { kind: "union", name, discriminator, options: [] };
    this.all.set(name, definition);
    for (const option of schema.options) {
      if (!(option instanceof z.ZodType)) throw new Error(`${name} has an option that is no schema of zod`);
      const optionName = classOf(option, name, "");
      this.define(option, optionName, isSent);
      definition.options.push(optionName);
    }
  }
}

/** The value of a constant as Dart writes it. */
export const constantOf = ({ value }: Constant): string =>
  typeof value === "string" ? dartString(value) : String(value);
