// How the Edge Functions answer an error: problem details (RFC 9457), as application/problem+json.
import { z } from "zod";
import { describe } from "./documentation.ts";

/** The media type of an error's body. */
export const PROBLEM_TYPE = "application/problem+json";

/** A failed request, which wrote nothing. Programs look at `code`, people at `title`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  info: z.string().optional(),
  request_id: z.string(),
  retryable: z.boolean(),
});
export type Problem = z.infer<typeof Problem>;
/* @__PURE__ */ describe(Problem, {
  id: "Problem",
  title: "Problem details",
  example: {
    type: "https://carrel.dev/errors/malformed_batch",
    title: "The batch's header is missing or invalid.",
    status: 400,
    code: "malformed_batch",
    detail: "`batch_id`: must be a ULID in upper case.",
    info: "batch_id",
    request_id: "1449c20e-1edf-411b-9e6f-175cb4024ad2",
    retryable: false,
  },
  fields: {
    type: "A URI that ends in the code",
    title: "What is wrong, for people; the same for every request with this code",
    status: "The HTTP status",
    code: "A code of the error registry; a newer server may send codes that this contract lacks",
    detail: "What is wrong with this request, for people",
    info: "A value for programs, such as the name of a field or a limit",
    request_id: "The request's id, by which support finds it in the logs",
    retryable: "Whether the same request can succeed later",
  },
});
