// Generated from client-contract/contract/limits.ts by `npm run generate`; do not edit.

export const DEFAULT_CONTENT_SCHEMA = 1;
export const MAX_BATCH_LINES = 1000;
export const MAX_BATCH_BYTES = 524288;
export const MAX_PROOF_AGE_S = 2592000;
export const DEFAULT_PAGE_ROWS = 1000;
export const MAX_PAGE_ROWS = 2000;
export const MAX_DOMAINS = 200;
export const DEFAULT_PULL_CHANGES = 500;
