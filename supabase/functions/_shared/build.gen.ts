// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "a636de2d88657116",
  content: "c9a8193f8b9f121e",
  metrics: "f814987f11da1b29",
  sync: "c2ffc618d742beeb",
  webhooks: "5ef7cfc495bc2e5e",
} as const;
