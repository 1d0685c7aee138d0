// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "448642ed653d7c01",
  content: "19e2b87f10dc3fe7",
  metrics: "159b9e950f171195",
  sync: "cdbdd0ac2281a539",
  webhooks: "546edc2d86de6e2d",
} as const;
