// Generated from the functions' sources by `npm run generate`; do not edit.

/** The version of the contract. */
export const CONTRACT_VERSION = 1;

/** For each function the hash of its source. */
export const BUILDS = {
  bundle: "a2e3e476851d4555",
  content: "dd47acee261ce428",
  metrics: "59480f4b2e84e9b6",
  sync: "521e5b1297102770",
  webhooks: "22f74d53b95453e3",
} as const;
