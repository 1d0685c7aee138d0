// One page of a delta, from its bytes.
import type { z } from "zod";
import { ContractError, NetworkError } from "./client_error.ts";
import { ContentLine, EndLine, PageLine } from "../contract/content.ts";
import { parseJson } from "../contract/json.ts";

/** A row or tombstone with its exact line, which a device keeps as it is. */
export interface ContentChange {
  /** The exact text as it came, without its line break: hashes are over these bytes. */
  line: string;
  /** The same, parsed. */
  row: ContentLine;
}

/** A whole page. */
export interface DeltaPage {
  /** The first line: which versions the page is between. */
  page: PageLine;
  /** The rows and tombstones, in the server's order. */
  changes: ContentChange[];
  /** The last line: how many rows there are, and where the next page begins. */
  end: EndLine;
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw new ContractError(`not a page of this contract: ${result.error.message}`);
  return result.data;
}

/** Reads the lines between a page's first and last. */
export const readChanges = (lines: string[]): ContentChange[] =>
  lines.map((line) => ({ line, row: read(ContentLine, parseJson(line)) }));

/** Reads a page's NDJSON. Throws NetworkError where its end is missing: it was cut off, and is to be fetched again. */
export function readDeltaPage(body: string): DeltaPage {
  const lines = body.split("\n");
  // A whole page ends with a line break, so that the last part is empty.
  const isWhole = lines.pop() === "" && lines.length >= 2;
  const end = isWhole ? EndLine.safeParse(parseJson(lines.pop() ?? "")) : undefined;
  if (!end?.success) throw new NetworkError("the page was cut off");
  const page = read(PageLine, parseJson(lines.shift() ?? ""));
  if (lines.length !== end.data.rows) throw new NetworkError("the page lacks rows");
  return { page, changes: readChanges(lines), end: end.data };
}
