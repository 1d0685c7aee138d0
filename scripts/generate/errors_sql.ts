// supabase/schemas/10_platform/error_codes.gen.sql: the registry as rows of private.error_code.
import { errorCodes, errors } from "../../client-contract/contract/errors.ts";
import type { Artifact } from "./artifact.ts";
import { literal, sqlSource } from "./sql.ts";

/** Every code of the registry. */
export function errorRows(): Artifact {
  const rows = errorCodes.map((code) => {
    const { title, request, event } = errors[code];
    const values = [
      code,
      title,
      request?.status,
      request?.sqlstate ?? [],
      request?.retryable,
      event?.outcome,
      event?.held,
      event?.retryable,
      event?.retryAfterS,
    ];
    return `  (${values.map(literal).join(", ")})`;
  });
  return sqlSource(
    "10_platform/error_codes",
    "errors.ts",
    `insert into private.error_code (code, title, status, sqlstates, request_retryable, outcome, held, event_retryable, event_retry_after_s)
values
${rows.join(",\n")};`,
  );
}
