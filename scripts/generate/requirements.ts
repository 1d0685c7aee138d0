// What Carrel must do, by id. Tests name a requirement at the start of what they say ("C5: …"), or one of the invariants
// that it rests on; requirements_doc.ts finds them.

/** One thing that Carrel must do. */
export interface Requirement {
  id: string;
  title: string;
  statement: string;
  /** Ids of the invariants whose tests show it too. */
  invariants: readonly string[];
  /** What is missing; empty where nothing is known to be. */
  gaps: string;
}

const OPEN = "Not built yet, but for what its tests below show.";

/** All requirements: content, learner data, signals, operations, client contract. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: "C1",
    title: "Full sync",
    statement: "Domains, skills, questions of one release, consistent, resumable, small on the wire.",
    invariants: ["I3"],
    gaps: "",
  },
  {
    id: "C2",
    title: "Delta",
    statement:
      "What changed between two releases, exactly; cost follows the size of the change, never of the tables.",
    invariants: ["I3", "I8"],
    gaps: "",
  },
  {
    id: "C3",
    title: "Deletes",
    statement:
      "Obsolete rows reach every device as tombstones; a device that was away too long is told to start over.",
    invariants: ["I3"],
    gaps: "",
  },
  {
    id: "C4",
    title: "Versions",
    statement:
      "A device says what it holds and is told: current, outdated, must update. Work done on an old version is accepted and marked.",
    invariants: ["I1"],
    gaps: "",
  },
  {
    id: "C5",
    title: "Publishing",
    statement:
      "Edit in draft, preview the difference, publish atomically, schedule, roll back, from SQL or Studio; large deletions need force.",
    invariants: ["I1", "I2"],
    gaps: "",
  },
  {
    id: "C6",
    title: "Integrity",
    statement:
      "A device checks its cache, row by row and domain by domain, against published hashes, and fetches only what is damaged.",
    invariants: ["I12"],
    gaps: "",
  },
  {
    id: "C7",
    title: "Partial",
    statement: "A device may hold only some domains.",
    invariants: [],
    gaps: "",
  },
  {
    id: "C8",
    title: "Schema handshake",
    statement:
      "Client and server name their schema versions; an old client works through a stated window, then is told to upgrade.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U1",
    title: "Batch ingest, exactly once",
    statement:
      "Any event may be sent any number of times, in any order, split over any batches, from several devices at once, and counts once.",
    invariants: ["I4"],
    gaps: "",
  },
  {
    id: "U2",
    title: "A result for every event",
    statement:
      "Applied, duplicate, quarantined (with a code), or retry (with a delay). One bad event never blocks its batch.",
    invariants: ["I7"],
    gaps: "",
  },
  {
    id: "U3",
    title: "Nothing is lost",
    statement:
      "What can't be applied is kept with its reason, is visible to support, and is replayed after a fix; dead letters are handed in.",
    invariants: ["I7"],
    gaps: "",
  },
  {
    id: "U4",
    title: "Queryable tables",
    statement:
      "Sessions, attempts and skill progress, filled from the events, correct for every order of arrival.",
    invariants: ["I6"],
    gaps: "",
  },
  {
    id: "U5",
    title: "Monotonic progress",
    statement:
      "Greater or superset wins, never a regression; commutative, associative, idempotent; a deliberate reset wins over late old values.",
    invariants: ["I5"],
    gaps: "",
  },
  {
    id: "U6",
    title: "Pull",
    statement:
      "A learner's other devices, or a wiped one, get everything of theirs, then only what changed, without gaps.",
    invariants: ["I8", "I11"],
    gaps: "",
  },
  {
    id: "U7",
    title: "One round trip",
    statement: "Push events, learn whether content moved, receive own changes.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U8",
    title: "Steering",
    statement:
      "Batch size, retry schedule with jitter, outbox cap, poll interval, kill switch; 429 and 503 with Retry-After under pressure.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U9",
    title: "Tracking plan",
    statement: "Outbox, cache, error, dead-letter and offline-use telemetry from devices, as events.",
    invariants: [],
    gaps: "",
  },
  {
    id: "S1",
    title: "Realtime",
    statement:
      "Broadcast when a release is published and when a learner's own data changed, on private channels.",
    invariants: [],
    gaps: "",
  },
  {
    id: "S2",
    title: "Webhooks",
    statement: "Signed, retried, dead-lettered, on publish and roll-back.",
    invariants: [],
    gaps: "",
  },
  {
    id: "O1",
    title: "Audit",
    statement:
      "Every mutation is traceable: who, what, when, from where, before and after; append-only and tamper-evident.",
    invariants: ["I10"],
    gaps: "Entries are not chained by hashes yet.",
  },
  {
    id: "O2",
    title: "Support",
    statement:
      "Learner timeline, stuck events, device list, error search, replay; a look into a learner's data is itself logged.",
    invariants: ["I10"],
    gaps: "",
  },
  {
    id: "O3",
    title: "Instructor views",
    statement: "Cohorts, progress, accuracy and hardest questions per skill, content freshness.",
    invariants: [],
    gaps: OPEN,
  },
  {
    id: "O4",
    title: "Metrics",
    statement:
      "Sync success, latency, freshness, dead letters, mismatches, recovery time; as SQL views and OpenMetrics.",
    invariants: [],
    gaps:
      "The metrics' views and OpenMetrics are not built yet; jobs report their health, and alarms() what needs a person.",
  },
  {
    id: "O5",
    title: "Privacy",
    statement: "Minimal PII, export and erasure of one learner, retention by configuration.",
    invariants: [],
    gaps: "The export of one learner is not built yet.",
  },
  {
    id: "O6",
    title: "Scale",
    statement:
      "10,000 learners and 1,000,000 events a day as the floor; partitions, bounded queries, sharding by learner.",
    invariants: [],
    gaps: "The floor has not been measured on a real deployment.",
  },
  {
    id: "K1",
    title: "One typed source",
    statement:
      "TypeScript types and validators, JSON Schema, OpenAPI, Dart models, Drift tables, error codes.",
    invariants: [],
    gaps: "OpenAPI and Dart are not built yet.",
  },
  {
    id: "K2",
    title: "Conformance kit",
    statement:
      "Test vectors and a runnable check, so that a client in any language can prove that it follows the protocol.",
    invariants: [],
    gaps: OPEN,
  },
  {
    id: "K3",
    title: "Reference device",
    statement: "A small headless client with a real SQLite cache and outbox.",
    invariants: [],
    gaps: "",
  },
];
