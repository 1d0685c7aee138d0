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

/** All requirements: content, learner data, signals, operations, client contract. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: "C1",
    title: "Full sync",
    statement:
      "A device downloads domains, skills and questions of one release. The download is consistent, resumable and small.",
    invariants: ["I3"],
    gaps: "",
  },
  {
    id: "C2",
    title: "Delta",
    statement:
      "A delta is exactly what changed between two releases. Its cost follows the size of the change, not of the tables.",
    invariants: ["I3", "I8"],
    gaps: "",
  },
  {
    id: "C3",
    title: "Deletes",
    statement:
      "Obsolete rows reach every device as tombstones. A device that was away too long is told to start over.",
    invariants: ["I3"],
    gaps: "",
  },
  {
    id: "C4",
    title: "Versions",
    statement:
      "A device names the version it holds and learns its state: current, outdated or must update. Work on an old version is accepted and marked.",
    invariants: ["I1"],
    gaps: "",
  },
  {
    id: "C5",
    title: "Publishing",
    statement:
      "Instructors edit drafts, preview the difference, publish atomically, schedule and roll back, from SQL or Studio. Large deletions need `force`.",
    invariants: ["I1", "I2"],
    gaps: "",
  },
  {
    id: "C6",
    title: "Integrity",
    statement:
      "A device checks its cache against published hashes, row by row and domain by domain. It downloads only the damaged part.",
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
      "Client and server name their schema versions. An old client works for an announced time, and then receives `upgrade_required`.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U1",
    title: "Batch ingest, exactly once",
    statement:
      "Any event may be sent any number of times, in any order and in any batches, from several devices at once. It counts once.",
    invariants: ["I4"],
    gaps: "",
  },
  {
    id: "U2",
    title: "A result for every event",
    statement:
      "The result is applied, duplicate, quarantined (with a code) or retry (with a delay). One bad event never blocks its batch.",
    invariants: ["I7"],
    gaps: "",
  },
  {
    id: "U3",
    title: "Nothing is lost",
    statement:
      "An event that can't be applied is kept with its reason, is visible to support, and is replayed after a fix. Devices hand in their dead letters.",
    invariants: ["I7"],
    gaps: "",
  },
  {
    id: "U4",
    title: "Queryable tables",
    statement:
      "Sessions, attempts and skill progress are tables that are filled from the events. They are correct for every order of arrival.",
    invariants: ["I6"],
    gaps: "",
  },
  {
    id: "U5",
    title: "Monotonic progress",
    statement:
      "The greater value or the superset wins, and nothing goes back. The merge is commutative, associative and idempotent. A deliberate reset wins over old values that arrive late.",
    invariants: ["I5"],
    gaps: "",
  },
  {
    id: "U6",
    title: "Pull",
    statement:
      "A learner's other devices, or a wiped one, receive all rows of the learner, and then only changes, without gaps.",
    invariants: ["I8", "I11"],
    gaps: "",
  },
  {
    id: "U7",
    title: "One round trip",
    statement:
      "One request pushes events, says whether content has changed, and returns the learner's own changes.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U8",
    title: "Steering",
    statement:
      "The server steers batch size, retry schedule with jitter, outbox cap, poll interval and a kill switch. Under pressure it answers 429 and 503 with Retry-After.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U9",
    title: "Tracking plan",
    statement: "Devices send telemetry about outbox, cache, errors, dead letters and offline use, as events.",
    invariants: [],
    gaps: "",
  },
  {
    id: "U10",
    title: "Identity",
    statement:
      "A learner may start anonymously and sign in to an account later. A phone, or two, may be restored from a backup. A clock may be wrong by a year, and a token may expire offline. Nothing is lost, doubled, or credited to the wrong day or person.",
    invariants: ["I4"],
    gaps: "",
  },
  {
    id: "S1",
    title: "Realtime",
    statement:
      "Private channels broadcast when a release is published and when a learner's own data has changed.",
    invariants: [],
    gaps: "",
  },
  {
    id: "S2",
    title: "Webhooks",
    statement: "Webhooks on publish and roll-back are signed, retried and dead-lettered.",
    invariants: [],
    gaps: "",
  },
  {
    id: "O1",
    title: "Audit",
    statement:
      "Every mutation is traceable: who, what, when, from where, before and after. Records are append-only and tamper-evident.",
    invariants: ["I10"],
    gaps: "Entries are not chained by hashes yet.",
  },
  {
    id: "O2",
    title: "Support",
    statement:
      "Support has a learner timeline, stuck events, a device list, an error search and a replay. Every look at a learner's data is itself recorded.",
    invariants: ["I10"],
    gaps: "",
  },
  {
    id: "O3",
    title: "Instructor views",
    statement:
      "Instructors see their cohorts, progress, accuracy and hardest questions per skill, sync states and content freshness. Of other learners they see aggregates.",
    invariants: [],
    gaps: "",
  },
  {
    id: "O4",
    title: "Metrics",
    statement:
      "Sync success, latency, freshness, dead letters, mismatches and recovery time are SQL views and OpenMetrics.",
    invariants: [],
    gaps: "",
  },
  {
    id: "O5",
    title: "Privacy",
    statement:
      "Carrel stores minimal personal data, exports and erases one learner, and configures retention.",
    invariants: [],
    gaps: "",
  },
  {
    id: "O6",
    title: "Scale",
    statement:
      "The floor is 10,000 learners and 1,000,000 events a day. Tables are partitioned, queries are bounded, and the schema shards by learner.",
    invariants: [],
    gaps: "The floor has not been measured on a real deployment.",
  },
  {
    id: "O7",
    title: "Console",
    statement:
      "A static page lets instructors, support and operators do their work without SQL. Each role sees its own sections, and everybody can use the page.",
    invariants: [],
    gaps: "",
  },
  {
    id: "K1",
    title: "One typed source",
    statement:
      "One source gives TypeScript types and validators, JSON Schema, OpenAPI, Dart models, Drift tables and error codes.",
    invariants: [],
    gaps: "",
  },
  {
    id: "K2",
    title: "Conformance kit",
    statement:
      "Test vectors and a runnable check let a client in any language prove that it follows the protocol.",
    invariants: [],
    gaps: "The kit has not been played against a client in Dart yet.",
  },
  {
    id: "K3",
    title: "Reference device",
    statement: "A small headless client has a real SQLite cache and outbox.",
    invariants: [],
    gaps: "",
  },
];
