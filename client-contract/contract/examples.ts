// Values and texts that the documentation of several schemas shares, so that one example can be followed from message to message.

/** A learner. */
export const learner = "1ea40000-0000-4000-8000-000000000002";
/** The learner's device. */
export const device = "de51ce00-0000-4000-8000-000000000001";
/** A domain. */
export const domain = "5a1f0f3c-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
/** A skill of the domain. */
export const skill = "0b7c7a52-1c7d-4f1e-8a35-6f2d9f4c1b20";
/** A question of the skill. */
export const question = "179d50dd-e029-57bc-805e-e3f8dbf88a61";
/** A user who writes content. */
export const instructor = "1257a000-0000-4000-8000-000000000003";
/** A user who helps learners. */
export const agent = "5a99047a-0000-4000-8000-000000000004";
/** An event. */
export const event = "01KB8Q9T3V0000000000000002";
/** A session of study. */
export const session = "01KB8Q9T3V0000000000000003";
/** A batch. */
export const batch = "01KB8Q9T3V0000000000000001";
/** A reset of the skill. */
export const reset = "01KB8Q9T3V0000000000000004";
/** A line of the database's life. */
export const history = "eb5e1b0be233b850";
/** A hash. */
export const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/** A time by the device's clock. */
export const instant = "2026-11-30T07:59:58.120Z";
/** A time by the server's clock. */
export const serverInstant = "2026-11-30T08:00:01.299339Z";
/** A position of the learner's rows. */
export const token = "eb5e1b0be233b850.9";
/** A head. */
export const head = {
  history: history,
  schema: 2,
  version: 57,
  published_at: serverInstant,
  root: sha256,
  domains: 3,
  skills: 9,
  questions: 60,
  minimum_version: 0,
  horizon: 12,
  poll_after_s: 900,
  schema_ends_at: null,
  bundled: { version: 57, root: sha256 },
};
/** What the fields of a head mean; the answer to a publish has them too. */
export const headFields = {
  history: "The line of the database's life that the version belongs to",
  schema: "The content schema of this answer",
  version: "The newest release; 0: nothing is published yet",
  published_at: "When it was published; null: nothing is published yet",
  root: "The root of the release's hash tree; null: nothing is published yet",
  domains: "Domains of the release",
  skills: "Skills of the release",
  questions: "Questions of the release",
  minimum_version: "A device with an older version must update before studying on; 0: no such version",
  horizon: "A delta since an older version is refused with `cursor_too_old`; 0: no such version",
  poll_after_s: "When to poll next, before jitter",
  schema_ends_at: "When this content schema ends; null: no end is known",
  bundled: "The newest release that has bundles; null: none",
};
