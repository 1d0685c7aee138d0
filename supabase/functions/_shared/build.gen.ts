// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "e35fd5bcf0ddd692",
  content: "d64d97035eca7495",
  metrics: "653bba0e875a91c9",
  sync: "fe9c40421e2f0192",
  webhooks: "1daff9983a58fd9d",
} as const;
