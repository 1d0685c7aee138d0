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
    how: "One advisory lock per publish, held to its commit; the version is the greatest one plus one.",
    gaps: "",
  },
  {
    id: "I2",
    statement: "A release is one consistent look at the drafts, whole or not at all.",
    how:
      "One statement copies the marked drafts and takes their marks, after the lock is held, in READ COMMITTED; everything after reads the copy. Marks are rows of their own, so an edit that commits a moment later keeps its mark.",
    gaps: "",
  },
  {
    id: "I3",
    statement: "Any version can be served again with the same bytes, and every deletion is said.",
    how:
      "Revisions are append-only and hold the exact text; a removed row is a revision of its own. Compaction drops what no version from the horizon on has, and cursors below it are refused.",
    gaps: "",
  },
  {
    id: "I4",
    statement: "An event counts once, for good; other content under its id never replaces it.",
    how: "The ledger's key is (learner, ULID); a conflict is compared by content and kept apart.",
    gaps: "",
  },
  {
    id: "I5",
    statement: "Progress never goes back, except by a greater reset pair.",
    how:
      "Max, union and counts of de-duplicated events per field, below a pair that is compared first: commutative, associative, idempotent. Days of practice are a union that no reset lowers.",
    gaps: "",
  },
  {
    id: "I6",
    statement: "Projections are a function of the set of stamped ledger rows.",
    how:
      "One function projects, for ingest and rebuild alike, and reads nothing else; a reference model of the set, whose laws are tested, gives the same. So does one of the stamps, as a function of the releases until arrival.",
    gaps: "",
  },
  {
    id: "I7",
    statement:
      "One bad event blocks nothing and is not lost: every event of a batch gets a result, in order.",
    how:
      "Lines stay text until each was tested; rules imply every constraint; what still fails is found by halving; all of it is quarantined as text, or, where there is no room, stays with its device. Held events are tried again when the server knows more.",
    gaps: "",
  },
  {
    id: "I8",
    statement: "A committed change never escapes a cursor.",
    how:
      "Change numbers are taken under the learner's lock, which the commit releases; deltas read to a fixed version.",
    gaps: "",
  },
  {
    id: "I9",
    statement: "A learner reads and writes only their own; staff act by role claim alone.",
    how:
      "RLS, explicit grants, definers that check their caller first, a login role for the edge that executes a list of functions.",
    gaps: "",
  },
  {
    id: "I10",
    statement: "Every change of content and every look into a learner's data is on record, and records stay.",
    how: "Statement triggers with transition tables; an append-only table.",
    gaps: "Records are not chained by hashes yet.",
  },
  {
    id: "I11",
    statement: "A cursor of another history, or ahead of the server, is never believed.",
    how: "History is part of every cursor, and derived from what a restore changes.",
    gaps: "",
  },
  {
    id: "I12",
    statement: "Hashes prove a cache: row, skill, domain, release.",
    how:
      "SHA-256 over exact bytes; the tree's definition is in docs/protocol.md; devices compute it before they commit, and climb it to what is damaged.",
    gaps: "",
  },
];
