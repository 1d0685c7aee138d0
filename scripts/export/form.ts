// Lines of an export, in one of its forms.
import { Ajv2020 } from "ajv/dist/2020.js";
import { REVIEW_COLUMNS, reviewLog } from "../../client-contract/client/review_log.ts";
import {
  attemptStatements,
  type ExportedAttempt,
  type XapiOptions,
} from "../../client-contract/client/xapi.ts";
import { XAPI_STATEMENT } from "./xapi_schema.ts";

/** A form of export. */
export interface Form {
  /** A line before all others. */
  head?: string;
  /** The lines of an attempt. */
  lines(attempt: ExportedAttempt): string[];
}

/** xAPI statements. Each is checked against the rules of xAPI; one that breaks them is a bug of Carrel, and ends the export. */
export function xapiForm(o: XapiOptions): Form {
  const isValid = new Ajv2020({ strict: false }).compile(XAPI_STATEMENT);
  return {
    lines: (attempt) =>
      attemptStatements(attempt, o).map((statement) => {
        if (!isValid(statement)) {
          throw new Error(`${attempt.event_id} makes no statement: ${JSON.stringify(isValid.errors)}`);
        }
        return JSON.stringify(statement);
      }),
  };
}

/** A review log of FSRS. */
export function fsrsForm(isCsv: boolean): Form {
  const reviewOf = reviewLog();
  const lines = (attempt: ExportedAttempt) => {
    const review = reviewOf(attempt);
    if (!review) return [];
    return [isCsv ? REVIEW_COLUMNS.map((column) => review[column]).join(",") : JSON.stringify(review)];
  };
  return isCsv ? { head: REVIEW_COLUMNS.join(","), lines } : { lines };
}
