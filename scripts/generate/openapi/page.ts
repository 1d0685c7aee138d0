// docs/api.md: every operation in short, for people. The OpenAPI document has the same in full.
import { type ErrorCode, errors } from "../../../client-contract/contract/errors.ts";
import type { Artifact } from "../artifact.ts";
import type { Operation } from "./document.ts";

const code = (text: string) => `\`${text}\``;

/** One text for each status. */
function errorsOf(codes: readonly ErrorCode[]): string[] {
  const byStatus = Map.groupBy(codes, (one) => errors[one].request?.status ?? 0);
  return [...byStatus].map(([status, ofStatus]) => `${status} ${ofStatus.map(code).join(", ")}`);
}

/** The credentials of a request, as curl takes them. */
const KEYS: Record<string, string> = {
  Workers: ' -H "apikey: $SECRET_KEY"',
  Monitoring: ' -u "service_role:$SECRET_KEY"',
};

function curl({ method, address, query, sent, tag, object }: Operation): string {
  const search = new URLSearchParams(query).toString();
  const key = object.security?.length === 0 ? "" : KEYS[tag] ?? ' -H "Authorization: Bearer $TOKEN"';
  const body = sent ? ` \\\n  -H 'Content-Type: ${sent.type}' --data-binary '${sent.example}'` : "";
  const url = `"$API_URL${address}${search ? `?${search}` : ""}"`;
  return `curl ${method === "post" && !sent ? "-X POST " : ""}${url}${key}${body}`;
}

function section(operation: Operation): string {
  const { method, path, summary, description, callers, parameters, body, answer, codes } = operation;
  const rows = parameters.map(({ name, description, isRequired }) =>
    `| ${code(name)}${isRequired ? " (required)" : ""} | ${description} |`
  );
  return [
    `### ${summary}`,
    `${code(`${method.toUpperCase()} ${path}`)} ${description}`,
    ...rows.length > 0 ? [["| parameter | meaning |", "| --- | --- |", ...rows].join("\n")] : [],
    [
      `- **Callers.** ${callers}`,
      ...body ? [`- **Body.** ${body}.`] : [],
      `- **Answer.** ${answer}`,
      ...codes.length > 0 ? ["- **Errors.**", ...errorsOf(codes).map((text) => `  - ${text}`)] : [],
    ].join("\n"),
    `<!-- Not run: it needs the token and the ids of a project. -->\n\`\`\`sh\n${curl(operation)}\n\`\`\``,
  ].join("\n\n");
}

function rpcSection({ summary, parameters, description, callers, answer, codes }: Operation): string {
  const list = parameters.map(({ name, isRequired }) => isRequired ? name : `${name}?`).join(", ");
  const rows = [
    ["call", code(`${summary}(${list})`)],
    ["does", description],
    ["callers", callers],
    ["answer", answer],
    ["errors", errorsOf(codes).join(" · ")],
  ];
  return [
    `### ${summary}`,
    [
      "| | |",
      "| --- | --- |",
      ...rows.map(([name, text = ""]) => `| ${name} | ${text.replaceAll("|", "\\|")} |`),
    ].join("\n"),
  ].join("\n\n");
}

/** The page. */
export function apiPage(operations: readonly Operation[]): Artifact {
  const rpcs = operations.filter(({ tag }) => tag === "RPC");
  const byTag = Map.groupBy(operations.filter(({ tag }) => tag !== "RPC"), ({ tag }) => tag);
  const functions = [...byTag].map(([tag, ofTag]) => `## ${tag}\n\n${ofTag.map(section).join("\n\n")}`).join(
    "\n\n",
  );
  const text = `<!-- Generated from the contract and the sources by \`npm run generate\`; do not edit. -->

# API

Every call that Carrel answers, in short. [protocol.md](protocol.md) explains how a device uses these calls, and [errors.md](errors.md) has each code with what the
client does. \`client-contract/openapi/carrel.json\` is the same as OpenAPI 3.1, with every schema, header and example.

\`$API_URL\` and \`$SECRET_KEY\` come from \`npm run status -- --env\`. \`$TOKEN\` is the access token of a signed-in user. A request may send \`X-Request-Id\`. Bodies may be
gzipped in both directions. Answers of \`429\` and \`503\` have \`Retry-After\`.

${functions}

## RPC

The database's functions through PostgREST. The body is a JSON object of the parameters. A parameter with \`?\` may be left out. Errors have the SQLSTATE of the registry as
\`code\`. Their status is 400, except for \`401\` and for codes that can be retried. The statuses below are those of the registry.

<!-- Not run: it needs the token of a project. -->
\`\`\`sh
curl "$API_URL/rest/v1/rpc/content_head" -H "apikey: $PUBLISHABLE_KEY" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' --data-binary '{"schema":2}'
\`\`\`

${rpcs.map(rpcSection).join("\n\n")}
`;
  return { path: "docs/api.md", text };
}
