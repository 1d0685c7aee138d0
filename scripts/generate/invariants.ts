// The invariants, in words. Their tests name them by id at the start of what they say ("I4: …"), and
// tagged_tests.ts finds those tests.

/** What always holds. */
export interface Invariant {
  id: string;
  statement: string;
  /** How it is kept. */
  how: string;
  /** What no test shows yet; empty where nothing is known to be missing. */
  gaps: string;
}

/** All invariants, in order of their numbers. */
export const INVARIANTS: readonly Invariant[] = [
  {
    id: "I1",
    statement: "Versions start at 1, have no gaps, and follow the order of commits.",
    how: "Each publish holds one advisory lock until its commit. The version is the greatest one plus one.",
    gaps: "",
  },
  {
    id: "I2",
    statement: "A release is one consistent look at the drafts, whole or not at all.",
    how:
      "After the lock is held, one statement in READ COMMITTED copies the marked drafts and takes their marks. Everything after it reads the copy. Marks are rows of their own, so an edit that commits a moment later keeps its mark.",
    gaps: "",
  },
  {
    id: "I3",
    statement:
      "Any version can be served again with the same bytes, and every deletion is sent as a tombstone.",
    how:
      "Revisions are append-only and hold the exact text. A removed row is a revision of its own. Compaction drops only revisions that no version from the horizon on contains. Cursors below the horizon are refused.",
    gaps: "",
  },
  {
    id: "I4",
    statement: "An event counts once and for good. Other content under its id never replaces it.",
    how:
      "The ledger's key is (learner, ULID). On a conflict the contents are compared, and different content is quarantined.",
    gaps: "",
  },
  {
    id: "I5",
    statement: "Progress never goes back, except by a greater reset pair.",
    how:
      "Each field merges by maximum, union or a count of distinct events. The reset pair is compared first. So the merge is commutative, associative and idempotent. Days of practice are a union that no reset lowers.",
    gaps: "",
  },
  {
    id: "I6",
    statement: "Projections are a function of the set of stamped ledger rows.",
    how:
      "One function projects, for ingest and rebuild alike, and reads nothing else. A reference model of the set gives the same rows, and its laws are tested. A second model gives the same stamps, as a function of the releases before the arrival.",
    gaps: "",
  },
  {
    id: "I7",
    statement:
      "One bad event blocks no other and is not lost. Every event of a batch gets a result, in order.",
    how:
      "Lines stay text until each is validated. The rules imply every constraint, and halving the batch finds an event that still fails. Bad events are quarantined as text. If the quarantine is full, they stay on their device. Held events are replayed when the server knows more.",
    gaps: "",
  },
  {
    id: "I8",
    statement: "A committed change never escapes a cursor.",
    how:
      "Change numbers are taken under the learner's lock, which the commit releases. Deltas read to a fixed version.",
    gaps: "",
  },
  {
    id: "I9",
    statement: "A learner reads and writes only their own data. Staff act by their role claim alone.",
    how:
      "Row level security, explicit grants, and definers that check their caller first. The Edge Functions log in with a role that may execute a list of functions.",
    gaps: "",
  },
  {
    id: "I10",
    statement: "Every change of content and every look at a learner's data is recorded, and records stay.",
    how:
      "Statement triggers with transition tables write to an append-only table. A job makes its records leaves of a Merkle log, whose checkpoints leave by webhook.",
    gaps: "",
  },
  {
    id: "I11",
    statement: "A cursor of another history, or ahead of the server, is refused.",
    how: "The history id is part of every cursor. It derives from values that a restore changes.",
    gaps: "",
  },
  {
    id: "I12",
    statement: "Hashes prove a cache: each row, skill, domain and release.",
    how:
      "The hashes are SHA-256 over exact bytes, in a tree that docs/protocol.md defines. Devices compute the tree before they commit, and climb it to find damage.",
    gaps: "",
  },
];
