// The protocol's numbers; SQL and the Edge Functions hold the same ones.

/** The version of this contract that a batch's header names. */
export const CONTRACT_VERSION = 1;

/** The form of content rows that this contract reads. */
export const CONTENT_SCHEMA = 2;

/** Most events of a batch. */
export const MAX_BATCH_EVENTS = 500;

/** Most bytes of a batch, inflated. */
export const MAX_BATCH_BYTES = 512 * 1024;

/** Most bytes of one event's line in UTF-8. */
export const MAX_EVENT_BYTES = 16 * 1024;

/** Most rows of a content page. */
export const MAX_PAGE_ROWS = 2000;

/** Most changes of a pull. */
export const MAX_PULL_CHANGES = 1000;
