// A failure in words: the registry's title, what the server says about this call, and whether another try can help.
import { ContractError, NetworkError, ProblemError } from "../../client-contract/client/client_error.ts";
import { errors, isErrorCode } from "../../client-contract/contract/errors.ts";

/** What the page shows. */
export interface Failure {
  code: string;
  title: string;
  detail: string;
}

/** Describes what a call has thrown. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { code, message, info, retryAfter } = error;
    const title = isErrorCode(code) ? errors[code].title : "The server refused the request.";
    const wait = retryAfter === undefined ? "" : ` Try again in ${retryAfter} s.`;
    const detail = message === title ? "" : message;
    return { code, title, detail: `${detail}${info ? ` (${info})` : ""}${wait}`.trim() };
  }
  if (error instanceof NetworkError) {
    return {
      code: "network",
      title: "No answer from the server.",
      detail: "Check the connection, then try again. It is not known whether the request was carried out.",
    };
  }
  if (error instanceof ContractError) {
    return {
      code: "contract",
      title: "This console can't read the server's answer.",
      detail: error.message.slice(0, 300),
    };
  }
  return {
    code: "console",
    title: "The console has failed.",
    detail: error instanceof Error ? error.message : String(error),
  };
}
