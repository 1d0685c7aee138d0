// An account takes over what its learner did before they signed in, under an anonymous user's id.
import { z } from "zod";
import { MAX_INTEGER, whole } from "./fields.ts";
import { ServerInstant, Uuid } from "./ids.ts";

/** The request's body. The account's own token is in the header `Authorization`, as always. */
export const AdoptionRequest = z.looseObject({
  anonymous_token: z.string().min(1).max(8192).describe(
    "The last access token of the anonymous session; it may have expired up to 30 days ago",
  ),
});
export type AdoptionRequest = z.infer<typeof AdoptionRequest>;

/** The server's answer, the same for every call. */
export const Adoption = z.object({
  learner_id: Uuid.describe(
    "The anonymous learner's id; events that name it count for the account from now on",
  ),
  adopted_at: ServerInstant,
  token: z.string().describe("For the `at_least` of a pull that must have the adopted rows in it; opaque"),
  moved: whole(0, MAX_INTEGER).describe("Events of the ledger that the account got"),
  duplicate: whole(0, MAX_INTEGER).describe("Events that the account had already"),
  conflict: whole(0, MAX_INTEGER).describe(
    "Events whose id the account has for another event; they are kept for support",
  ),
});
export type Adoption = z.infer<typeof Adoption>;
