// Holds the messages that pages show to the schemas of the contract.
import { z } from "zod";
import { BatchHeader } from "../../../client-contract/contract/batch.ts";
import { ContentLine, EndLine, PageLine } from "../../../client-contract/contract/content.ts";
import { EventEnvelope } from "../../../client-contract/contract/envelope.ts";
import { messages } from "../../../client-contract/contract/messages.ts";

/** Messages of several lines: what the first, the others and the last one are. */
const LINES: Readonly<Record<string, readonly [z.ZodType, z.ZodType, z.ZodType]>> = {
  "sync.batch": [BatchHeader, EventEnvelope, EventEnvelope],
  "content.delta": [PageLine, ContentLine, EndLine],
};

/** What is wrong with a message; undefined where it is one of the contract. */
export function wrongMessage(name: string, text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const schemas = LINES[name];
  if (schemas) {
    const [first, between, last] = schemas;
    const schemaOf = (index: number) => index === 0 ? first : index === lines.length - 1 ? last : between;
    return lines.map((line, index) => wrongValue(schemaOf(index), line)).find((wrong) => wrong !== undefined);
  }
  const schema = messages[name];
  if (!schema) return `${name || "a block without a name"} is no message of the contract`;
  return wrongValue(schema, text);
}

function wrongValue(schema: z.ZodType, text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `${error}: ${text.slice(0, 80)}`;
  }
  const result = schema.safeParse(value);
  return result.success ? undefined : z.prettifyError(result.error);
}
