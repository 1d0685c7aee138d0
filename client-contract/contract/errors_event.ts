// The registry's errors of single events: why one event of a batch was not applied. They are results, never responses.
import { type ErrorEntry, forSupport, held, keptByDevice } from "./error_entry.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";

const KEPT_FOR_SUPPORT = "Mark the event as delivered; the server keeps it for support.";
const HELD = "Mark the event as delivered; the server holds it, and applies it as soon as it can.";

/** Spread into the registry. */
export const eventErrors = {
  too_large: {
    event: forSupport,
    title: `The event is larger than ${MAX_EVENT_BYTES / 1024} KiB.`,
    client: KEPT_FOR_SUPPORT,
  },
  invalid_json: {
    event: forSupport,
    title: "The line is not JSON that PostgreSQL can store.",
    client: KEPT_FOR_SUPPORT,
  },
  invalid_event: {
    event: forSupport,
    title: "A field of the event is missing or invalid.",
    client: `${KEPT_FOR_SUPPORT} \`field\` names the first wrong field.`,
  },
  wrong_learner: {
    event: { ...keptByDevice, retryAfterS: 3600 },
    title: "The event belongs to another learner than the access token.",
    client: "Keep the event until its learner is signed in.",
  },
  unknown_type: {
    event: held,
    title: "The server does not know this event type yet.",
    client: HELD,
  },
  unknown_version: {
    event: held,
    title: "The server does not know this version of the event type yet.",
    client: HELD,
  },
  unknown_content: {
    event: held,
    title: "The server does not know the content that the event names yet.",
    client: HELD,
  },
  unknown_reset: {
    event: held,
    title: "The server does not know the correction that the event counts its resets from yet.",
    client: HELD,
  },
  quarantine_full: {
    event: keptByDevice,
    title: "This learner's quarantine is full.",
    client: "Keep the event, and send it again after `retry_after_s`. Other events go on.",
  },
  daily_limit: {
    event: keptByDevice,
    title: "The server has stored as much for this learner today as it accepts in a day.",
    client:
      "Keep the event, and send it again after `retry_after_s`. Events that the server already has are still answered `duplicate`.",
  },
  id_conflict: {
    event: forSupport,
    title: "Another event with this id was accepted before.",
    client: "Mark the event as delivered: the first one counts, and the server keeps this one for support.",
  },
} satisfies Record<string, ErrorEntry>;
