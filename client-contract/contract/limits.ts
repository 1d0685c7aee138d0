// The protocol's numbers. Those that SQL and the Edge Functions need are generated for them (scripts/generate/limits.ts).

/** The version of this contract that a batch's header names. */
export const CONTRACT_VERSION = 1;

/** The content schema that this contract's clients read. They name it in every request and every header. */
export const CONTENT_SCHEMA = 2;

/**
 * The content schema of a request that names none: the first one, which apps older than the parameter read. It never changes, or those apps
 * would get rows that they can't read.
 */
export const DEFAULT_CONTENT_SCHEMA = 1;

/** Most events of a batch. */
export const MAX_BATCH_EVENTS = 500;

/** Most lines of a batch, blank ones included. */
export const MAX_BATCH_LINES = 1000;

/** Most bytes of a batch, inflated. */
export const MAX_BATCH_BYTES = 512 * 1024;

/** Most bytes of one event's line in UTF-8. */
export const MAX_EVENT_BYTES = 16 * 1024;

/**
 * Most levels of a JSON text, its outermost object counted. The readers of clients refuse deeper ones (Apple's 512 levels, SQLite's 1,000),
 * and a pulled row has an answer five levels deep.
 */
export const MAX_JSON_LEVELS = 500;

/** Most events of an anonymous learner whom an account adopts. */
export const MAX_ADOPTED_EVENTS = 20_000;

/** Seconds since its expiry for which an access token still proves an anonymous session: 30 days. */
export const MAX_PROOF_AGE_S = 30 * 24 * 60 * 60;

/** Most question ids of one progress event. */
export const MAX_COMPLETED = 1000;

/** Most milliseconds of an attempt, and of most other stretches that a device measures: a day. */
export const MAX_DURATION_MS = 86_400_000;

/** Most milliseconds between two clocks: the protocol's times are from 1970 to 2999. */
export const MAX_CLOCK_OFFSET_MS = Date.UTC(3000, 0);

/** Rows of a content page where the request does not say. */
export const DEFAULT_PAGE_ROWS = 1000;

/** Most rows of a content page. */
export const MAX_PAGE_ROWS = 2000;

/** Most bytes of a content page or of a bundle's file, inflated, unless a single row has more. */
export const MAX_PAGE_BYTES = 1024 * 1024;

/** Most domains that a request for content names. */
export const MAX_DOMAINS = 200;

/** Rows of a list for instructors, support and admins, or of a learner's quarantine, where the request does not say. */
export const DEFAULT_LIST_ROWS = 100;

/** Most rows of such a list. */
export const MAX_LIST_ROWS = 500;

/** Reset counts of a range: a device's are from 0 to 1,000,000. Each correction by support starts a new range. */
export const RESET_RANGE = 1_000_001;

/** Changes of a pull where the request does not say. */
export const DEFAULT_PULL_CHANGES = 500;

/** Most changes of a pull. */
export const MAX_PULL_CHANGES = 1000;
