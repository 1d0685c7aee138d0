// The two ways in which text of a request may enter a statement: as a parameter, or as a quoted name.

/** A value as it is sent: text, whose type the server infers from where it stands, or raw bytes. */
export type Value = string | Uint8Array | null;

/** A statement with its parameters, ready to be sent. */
export interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
}

/** Collects the parameters of one statement while its text is put together. */
export class Parameters {
  readonly values: Value[] = [];

  /** Adds a value and returns its placeholder, such as `$3`. */
  bind(value: Value): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** Quotes a name. A NUL would end the statement on the wire, so the name ends there, as in PostgREST. */
export function quoteIdentifier(name: string): string {
  const [beforeNul = ""] = name.split("\0", 1);
  return `"${beforeNul.replaceAll('"', '""')}"`;
}

/** Quotes `schema.name`. */
export function qualify(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Quotes a text constant; only for text from the catalogue, never from a request. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** An array as PostgreSQL reads it, so that one untyped parameter can hold many values. */
export function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
