// docs/errors.md: the registry as people read it.
import {
  type ErrorCode,
  errorCodes,
  type ErrorEntry,
  type ErrorPlace,
  errors,
} from "../../client-contract/contract/errors.ts";
import type { Artifact } from "./artifact.ts";

interface Column {
  heading: string;
  cell: (code: ErrorCode, entry: ErrorEntry) => string;
}

const CODE: Column = { heading: "code", cell: (code) => `\`${code}\`` };
const STATUS: Column = { heading: "status", cell: (_, { status }) => String(status) };
const SQLSTATE: Column = { heading: "SQLSTATE", cell: (_, { sqlstate }) => sqlstate.join(", ") };
const RETRYABLE: Column = { heading: "retryable", cell: (_, { retryable }) => retryable ? "yes" : "no" };
const MEANING: Column = { heading: "meaning", cell: (_, { title }) => title };
const CLIENT: Column = { heading: "what the client does", cell: (_, { client }) => client };

function table(place: ErrorPlace, columns: Column[]): string {
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const codes = errorCodes.filter((code) => errors[code].where.includes(place));
  return [
    row(columns.map(({ heading }) => heading)),
    row(columns.map(() => "---")),
    ...codes.map((code) => row(columns.map(({ cell }) => cell(code, errors[code]).replaceAll("|", "\\|")))),
  ].join("\n");
}

/** The table of all errors. */
export function errorsDocument(): Artifact {
  const text =
    `<!-- Generated from client-contract/contract/errors.ts by \`npm run generate\`; do not edit. -->

# Errors

One code from SQL to the app. The Edge Functions answer a failed request with problem details (RFC 9457), \`code\` among
them, and \`info\`, a value for programs, where there is one. Through supabase-js \`rpc\` the same error has its SQLSTATE as
\`code\` and the value as \`details\`, and mostly the status 400. A failed request wrote nothing. *Retryable* means that the
same request, sent again later, can succeed.

## Requests

${table("http", [CODE, STATUS, SQLSTATE, RETRYABLE, MEANING, CLIENT])}

## Events

In the \`results\` of a batch; the rest of the batch is not touched.

${table("event", [CODE, MEANING, CLIENT])}

## Pulls

In \`{"reset":code}\` instead of a page of changes.

${table("pull", [CODE, MEANING, CLIENT])}
`;
  return { path: "docs/errors.md", text };
}
