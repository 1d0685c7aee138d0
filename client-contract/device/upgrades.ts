// The upgrades of the device's database, and its version.

/**
 * The upgrades of older databases: the first from version 1 to 2, and so on. The schema file always describes the newest version, which is the
 * number of upgrades plus one. Drift keeps its schemaVersion in the same pragma.
 */
export const UPGRADES: readonly string[] = [];

/** The version of the schema file. */
export const NEWEST_VERSION = UPGRADES.length + 1;
