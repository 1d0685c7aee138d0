// How the Edge Functions answer an error: problem details (RFC 9457), as application/problem+json.
import { z } from "zod";

/** The media type of an error's body. */
export const PROBLEM_TYPE = "application/problem+json";

/** A failed request, which wrote nothing. Programs look at `code`, people at `title`. */
export const Problem = z.object({
  type: z.string().describe("https://carrel.dev/errors/ and the code"),
  title: z.string(),
  status: z.int(),
  code: z.string().describe("Of the error registry, or of a newer one"),
  detail: z.string().optional().describe("A sentence about this occurrence"),
  info: z.string().optional().describe("For programs: a field's name, a limit"),
  request_id: z.string(),
  retryable: z.boolean(),
});
export type Problem = z.infer<typeof Problem>;
