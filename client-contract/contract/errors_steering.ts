// The registry's errors of steering, rate limits and devices: the server wants fewer requests, or later ones.
import { deferred, type ErrorEntry, refused } from "./error_entry.ts";

/** Spread into the registry. */
export const steeringErrors = {
  device_revoked: {
    request: refused(403, "CR082"),
    title: "This device or this session was revoked by its learner or by support.",
    client:
      "Stop syncing, and sign the learner out. Delete nothing: support may restore the device, and then the events are sent. After a new sign-in, sync once more: perhaps only the session was revoked.",
  },
  device_unknown: {
    request: refused(404, "CR084"),
    title: "This learner has no such device.",
    client: "Show the devices again; `info` is the id.",
  },
  revocations_full: {
    request: refused(409, "CR085"),
    title: "This learner has already revoked the most devices that were never seen.",
    client:
      "Offer the devices on record, which can still be revoked, and to sign out everywhere. Support can revoke more; `info` is the limit.",
  },
  rate_limited: {
    request: deferred(429, "CR083"),
    title: "This learner has reached the rate limit.",
    client: "Keep the events, and send the same request again after `Retry-After`.",
  },
  behind: {
    request: deferred(503, "CR080"),
    title: "This server has not reached the requested token yet.",
    client: "Ask again after `Retry-After`: another server may have it, or this one soon.",
  },
  paused: {
    request: deferred(503, "CR081"),
    title: "Syncing is paused.",
    client: "Keep the events, show `detail`, and ask again after `Retry-After`. Ignore hints until then.",
  },
} satisfies Record<string, ErrorEntry>;
