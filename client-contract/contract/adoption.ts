// An account takes over what its learner did before they signed in, under an anonymous user's id.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { ServerInstant, Uuid } from "./ids.ts";

/** The request's body. The account's own token is in the header `Authorization`, as always. */
export const AdoptionRequest = z.looseObject({
  anonymous_token: z.string().min(1).max(8192),
});
export type AdoptionRequest = z.infer<typeof AdoptionRequest>;
/* @__PURE__ */ describe(AdoptionRequest, {
  id: "AdoptionRequest",
  title: "Request to adopt an anonymous learner",
  example: { anonymous_token: "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxZWE0In0.c2ln" },
  fields: {
    anonymous_token: "The last access token of the anonymous session; it may have expired up to 30 days ago",
  },
});

/** The server's answer, the same for every call. */
export const Adoption = z.object({
  learner_id: Uuid,
  adopted_at: ServerInstant,
  token: z.string(),
  moved: whole(0, MAX_INTEGER),
  duplicate: whole(0, MAX_INTEGER),
  conflict: whole(0, MAX_INTEGER),
});
export type Adoption = z.infer<typeof Adoption>;
/* @__PURE__ */ describe(Adoption, {
  id: "Adoption",
  title: "Answer to an adoption",
  example: {
    learner_id: example.learner,
    adopted_at: example.serverInstant,
    token: example.token,
    moved: 41,
    duplicate: 0,
    conflict: 0,
  },
  fields: {
    learner_id: "The anonymous learner's id; events that name it count for the account from now on",
    adopted_at: "When the account took over the data",
    token: "For the `at_least` of a pull that must contain the adopted rows; opaque",
    moved: { text: "Events of the ledger that the account got", unit: "events" },
    duplicate: { text: "Events that the account had already", unit: "events" },
    conflict: {
      text: "Events whose id the account has for another event; they are kept for support",
      unit: "events",
    },
  },
});
