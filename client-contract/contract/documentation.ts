// What the contract says about its schemas for people: a title, an example, and a text and a unit for each field. A schema's own text is the
// docstring above it. JSON Schema, OpenAPI, the Dart package and the pages get all of it from here.
//
// Calls of `describe` are marked as pure. A bundler therefore leaves them out of an app, with this module.
import { z } from "zod";

/** What a field means: as a sentence, or with the unit of its number where the name does not end in it (`_ms`, `_s`, `bytes`, …). */
export type FieldText = string | { text: string; unit: string };

/** What is said about one schema. */
export interface Documentation {
  /** The schema's name in JSON Schema, OpenAPI and Dart. */
  id: string;
  /** What it is, in a few words. */
  title: string;
  /** For a schema without a docstring of its own. */
  description?: string;
  /** A valid value with every field. A field's example is taken from it. */
  example: unknown;
  /** By the names of an object's fields. */
  fields?: Readonly<Record<string, FieldText>>;
}

/** The documentation of all schemas that have a name. */
export const documentation: z.core.$ZodRegistry<Documentation> = z.registry<Documentation>();

/** What `describe` takes for a schema: an object needs a text for each field. */
export type DocumentationOf<T extends z.ZodType> =
  & Omit<Documentation, "fields" | "example">
  & { example: z.input<T> }
  & (T extends z.ZodObject<infer Shape> ? { fields: Readonly<Record<keyof Shape, FieldText>> }
    : { fields?: never });

/** Documents a schema. */
export function describe<T extends z.ZodType>(schema: T, about: DocumentationOf<T>): void {
  documentation.add(schema, about);
}

/** Documents the schemas of a record, which have no names of their own. */
export function describeEach<K extends string>(
  schemas: Readonly<Record<K, z.ZodType>>,
  abouts: Readonly<Record<K, Documentation>>,
): void {
  for (const name in abouts) documentation.add(schemas[name], abouts[name]);
}

/** Documents the variants of a union, which have no names of their own, by their `type`. */
export function describeVariants<K extends string>(
  { options }: { readonly options: readonly z.ZodObject<{ type: z.ZodLiteral<K> }>[] },
  abouts: Readonly<Record<K, Documentation>>,
): void {
  for (const option of options) documentation.add(option, abouts[option.shape.type.value]);
}
