// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "13e38764e757794f",
  content: "c528a8d5c6775a15",
  metrics: "7e8381585dc6b239",
  sync: "691f6e45c400b0ae",
  webhooks: "d754c07efbdf0cf1",
} as const;
