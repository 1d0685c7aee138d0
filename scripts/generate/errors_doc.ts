// docs/errors.md: the registry as people read it.
import {
  type ErrorCode,
  errorCodes,
  type ErrorEntry,
  errors,
} from "../../client-contract/contract/errors.ts";
import type { Artifact } from "./artifact.ts";

interface Column {
  heading: string;
  cell: (entry: ErrorEntry, code: ErrorCode) => string;
}

const yes = (value?: boolean | null) => value ? "yes" : "no";

const CODE: Column = { heading: "code", cell: (_, code) => `\`${code}\`` };
const MEANING: Column = { heading: "title", cell: ({ title }) => title };
const CLIENT: Column = { heading: "what the client does", cell: ({ client }) => client };
const REQUEST: Column[] = [
  { heading: "status", cell: ({ request }) => String(request?.status) },
  { heading: "SQLSTATE", cell: ({ request }) => request?.sqlstate.join(", ") ?? "" },
  { heading: "retryable", cell: ({ request }) => yes(request?.retryable) },
];
const EVENT: Column[] = [
  { heading: "status", cell: ({ event }) => event?.outcome ?? "" },
  { heading: "retryable", cell: ({ event }) => yes(event?.retryable) },
  { heading: "held", cell: ({ event }) => yes(event?.held) },
];

function table(occurs: (entry: ErrorEntry) => unknown, facts: Column[]): string {
  const columns = [CODE, ...facts, MEANING, CLIENT];
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns.map(({ heading }) => heading)),
    row(columns.map(() => "---")),
    ...errorCodes.filter((code) => occurs(errors[code])).map((code) =>
      row(columns.map(({ cell }) => cell(errors[code], code).replaceAll("|", "\\|")))
    ),
  ].join("\n");
}

/** The table of all errors. */
export function errorsDocument(): Artifact {
  const text =
    `<!-- Generated from client-contract/contract/errors.ts by \`npm run generate\`; do not edit. -->

# Errors

Every error has one code, from SQL to the app.

- A failed request wrote nothing. The Edge Functions answer with problem details (RFC 9457). \`code\` is the error's code,
  \`detail\` says what is wrong with this request, and \`info\` is a value for programs, such as the name of a parameter.
- Through supabase-js \`rpc\` the same error has its SQLSTATE as \`code\`, the detail as \`message\` and the value as \`details\`.
  Its HTTP status is mostly 400.
- A request is *retryable* if the same request can succeed later. An event is *retryable* if the device keeps it and sends it again.

## Requests

${table(({ request }) => request, REQUEST)}

## Events

These codes are in the \`results\` of a batch; the other events of the batch are not affected. The server keeps a quarantined event.
A *held* one is applied as soon as the server knows more; every other one waits for support.

${table(({ event }) => event, EVENT)}

## Pulls

A pull with a useless cursor answers \`{"reset":code}\` instead of a page of changes.

${table(({ pull }) => pull, [])}
`;
  return { path: "docs/errors.md", text };
}
