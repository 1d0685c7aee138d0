// supabase/functions/_shared/errors.gen.ts: the registry as the functions need it. They are deployed without
// client-contract, so they can't import it.
import { errorCodes, errors } from "../../client-contract/contract/errors.ts";
import type { Artifact } from "./artifact.ts";

/** The copy for the Edge Functions: codes that a response can have. */
export function functionErrors(): Artifact {
  const entries: string[] = [];
  const states: string[] = [];
  for (const code of errorCodes) {
    const { title, request } = errors[code];
    if (!request) continue;
    const { status, retryable, sqlstate } = request;
    entries.push(
      `  ${code}: { status: ${status}, title: ${JSON.stringify(title)}, retryable: ${retryable} },`,
    );
    states.push(...sqlstate.map((state) => `  "${state}": "${code}",`));
  }
  const text = `// Generated from client-contract/contract/errors.ts by \`npm run generate\`; do not edit.

/** The registry's errors that a function can answer with. */
export const ERRORS = {
${entries.join("\n")}
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

/** A code of the registry. */
export type ErrorCode = keyof typeof ERRORS;

/** The error that an SQLSTATE stands for. */
export const SQLSTATES: Readonly<Record<string, ErrorCode>> = {
${states.sort().join("\n")}
};
`;
  return { path: "supabase/functions/_shared/errors.gen.ts", text };
}
