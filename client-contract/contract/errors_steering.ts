// The registry's errors of steering, pressure and devices: what a server says that wants fewer or later requests.
import type { ErrorEntry } from "./errors.ts";

const http = { where: ["http"], sqlstate: [], retryable: false } as const;

/** Spread into the registry. */
export const steeringErrors = {
  device_revoked: {
    ...http,
    status: 403,
    sqlstate: ["CR082"],
    title: "This device was signed off by its learner or by support.",
    client:
      "Stop syncing, and sign the learner out. Delete nothing: the events wait, in case support takes it back.",
  },
  device_unknown: {
    ...http,
    status: 404,
    sqlstate: ["CR084"],
    title: "This learner has no such device.",
    client: "Show the devices again; `info` is the id.",
  },
  rate_limited: {
    ...http,
    status: 429,
    sqlstate: ["CR083"],
    retryable: true,
    title: "This learner has sent more than one learner may.",
    client: "Keep the events, and send the same request again after `Retry-After`.",
  },
  behind: {
    ...http,
    status: 503,
    sqlstate: ["CR080"],
    retryable: true,
    title: "This server has not got as far as was asked for.",
    client: "Ask again after `Retry-After`: another server may have it, or this one soon.",
  },
  paused: {
    ...http,
    status: 503,
    sqlstate: ["CR081"],
    retryable: true,
    title: "Synchronising is switched off for a while.",
    client: "Keep the events, show `detail`, and ask again after `Retry-After`, hints or not.",
  },
} as const satisfies Record<string, ErrorEntry>;
