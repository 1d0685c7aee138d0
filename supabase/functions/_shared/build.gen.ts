// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "0671f40be65fec21",
  content: "9efc7ee3ccdc8ba1",
  metrics: "f7fa9d0f3a06c20a",
  sync: "91c1b25daf959f14",
  webhooks: "210fdc078bd37126",
} as const;
