// The registry's errors of single events: why one of a batch was not applied. They are results, never responses.
import type { ErrorEntry } from "./errors.ts";

const event = { where: ["event"], status: null, sqlstate: [], retryable: false } as const;
const held = {
  ...event,
  client: "Mark it delivered; the server holds it and applies it once it can.",
} as const;

/** Spread into the registry. */
export const eventErrors = {
  too_large: {
    ...event,
    title: "An event is at most 16 KiB.",
    client: "Mark it delivered; the server keeps it for support.",
  },
  invalid_json: {
    ...event,
    title: "The line is not JSON that the database can hold.",
    client: "Mark it delivered; the server keeps it for support.",
  },
  invalid_event: {
    ...event,
    title: "A field is missing or wrong.",
    client: "Mark it delivered; the server keeps it for support under `field`.",
  },
  wrong_learner: {
    ...event,
    retryable: true,
    title: "The event is another learner's than the token.",
    client: "Keep it until its learner is signed in.",
  },
  unknown_type: { ...held, title: "The server does not know this type of event yet." },
  unknown_version: { ...held, title: "The server does not know this version of the event's type yet." },
  unknown_content: { ...held, title: "The server does not know this content yet." },
  unknown_reset: {
    ...held,
    title: "The server does not know the correction that the event counts its resets from.",
  },
  quarantine_full: {
    ...event,
    retryable: true,
    title: "The server keeps as much of this learner's events that can't be applied as it may.",
    client: "Keep it, and send it again after `retry_after_s`; other events go on.",
  },
  id_conflict: {
    ...event,
    title: "Another event was accepted under this id.",
    client: "Mark it delivered; the first one counts, the server keeps this one for support.",
  },
} as const satisfies Record<string, ErrorEntry>;
