// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "63485521b6c045c7",
  content: "7e964db197160f7e",
  metrics: "b26e9512bf697037",
  sync: "cf8967a3aef076b3",
  webhooks: "2c70468db20fc2a4",
} as const;
