// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "b0b302f6f550069e",
  content: "fd6a2cf87a4de241",
  metrics: "b930ee7ab822a04e",
  sync: "646bf19555bd9e67",
  webhooks: "f613b6d2cbc380ba",
} as const;
