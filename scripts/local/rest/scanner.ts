// Reads one value of the query string from left to right.
import { queryStringError, type RestError } from "./errors.ts";

const IDENTIFIER = /[\p{L}\p{N}_ $]/u;

/** Position in a text, with the lexemes that PostgREST's grammar is made of. */
export class Scanner {
  #position = 0;

  constructor(readonly text: string, readonly what: string) {}

  /** The rest has been read. */
  get atEnd(): boolean {
    return this.#position >= this.text.length;
  }

  /** The error for what stands here. */
  failure(expecting: string): RestError {
    const next = this.text[this.#position];
    const unexpected = next === undefined ? "end of input" : JSON.stringify(next);
    const details = `unexpected ${unexpected} expecting ${expecting}`;
    return queryStringError(this.what, this.text, this.#position + 1, details);
  }

  /** Whether `text` follows. */
  sees(text: string): boolean {
    return this.text.startsWith(text, this.#position);
  }

  /** Reads `text` if it follows. */
  accept(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#position += text.length;
    return true;
  }

  /** Reads `text`, or fails. */
  expect(text: string): void {
    if (!this.accept(text)) throw this.failure(JSON.stringify(text));
  }

  /** Reads the first of several words that follows. */
  acceptOneOf<Word extends string>(words: readonly Word[]): Word | undefined {
    return words.find((word) => this.accept(word));
  }

  /** Skips blanks. */
  blanks(): void {
    while (this.sees(" ") || this.sees("\t")) this.#position++;
  }

  /** Reads up to the first of these characters, or to the end. */
  until(characters: string): string {
    const start = this.#position;
    while (!this.atEnd && !characters.includes(this.text.charAt(this.#position))) this.#position++;
    return this.text.slice(start, this.#position);
  }

  /** Reads the rest. */
  rest(): string {
    return this.until("");
  }

  /** Reads `"…"`, in which a backslash protects the next character; undefined where no quote stands. */
  quoted(): string | undefined {
    if (!this.accept('"')) return undefined;
    let value = "";
    while (!this.sees('"')) {
      this.accept("\\");
      if (this.atEnd) throw this.failure("closing quote");
      value += this.text.charAt(this.#position++);
    }
    this.expect('"');
    return value;
  }

  /** Runs a reading that may not fit here: on undefined nothing has been read. */
  attempt<Result>(read: () => Result | undefined): Result | undefined {
    const start = this.#position;
    const result = read();
    if (result === undefined) this.#position = start;
    return result;
  }

  /** Reads letters, digits, `_`, blanks and `$`: a type to cast to, or part of a name. */
  identifier(): string {
    const start = this.#position;
    while (IDENTIFIER.test(this.text.charAt(this.#position))) this.#position++;
    return this.text.slice(start, this.#position).trim();
  }

  /** Reads a name: quoted, or identifiers joined by single dashes (`->` is not one). */
  fieldName(): string {
    const quoted = this.quoted();
    if (quoted !== undefined) return quoted;
    let name = this.identifier();
    while (name !== "" && this.sees("-") && !this.sees("->")) {
      this.accept("-");
      const next = this.identifier();
      if (next === "") throw this.failure("letter or digit");
      name += `-${next}`;
    }
    if (name === "") throw this.failure("field name (* or [a..z0..9_$])");
    return name;
  }
}
