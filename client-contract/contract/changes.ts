// A pull: the learner's own rows that changed, whichever device did it.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import {
  ATTEMPT,
  AttemptRow,
  PRACTICE,
  PracticeRow,
  PROGRESS,
  SESSION,
  SessionRow,
  SkillProgressRow,
} from "./learner_rows.ts";
import { DEFAULT_STEERING, Steering } from "./steering.ts";

export {
  AttemptRow,
  Days,
  PracticeRow,
  SessionRow,
  SkillProgress,
  SkillProgressRow,
} from "./learner_rows.ts";

const own = z.boolean();
const OWN =
  "Whether the row says nothing beyond the asking device's own events; a device that still has those events may skip it";

/** A session that changed. */
export const SessionChange = z.object({ kind: z.literal("session"), own, row: SessionRow });
/* @__PURE__ */ describe(SessionChange, {
  id: "SessionChange",
  title: "Changed session",
  example: { kind: "session", own: true, row: SESSION },
  fields: {
    kind: "The kind of the row",
    own: OWN,
    row: "The row",
  },
});
/** An attempt that changed. */
export const AttemptChange = z.object({ kind: z.literal("attempt"), own, row: AttemptRow });
/* @__PURE__ */ describe(AttemptChange, {
  id: "AttemptChange",
  title: "Changed attempt",
  example: { kind: "attempt", own: true, row: ATTEMPT },
  fields: {
    kind: "The kind of the row",
    own: OWN,
    row: "The row",
  },
});
/** Progress that changed. */
export const SkillProgressChange = z.object({
  kind: z.literal("skill_progress"),
  own,
  row: SkillProgressRow,
});
/* @__PURE__ */ describe(SkillProgressChange, {
  id: "SkillProgressChange",
  title: "Changed progress",
  example: { kind: "skill_progress", own: false, row: { ...PROGRESS, voided: false } },
  fields: {
    kind: "The kind of the row",
    own: OWN,
    row: "The row",
  },
});
/** Days of practice that changed. */
export const PracticeChange = z.object({ kind: z.literal("practice"), own, row: PracticeRow });
/* @__PURE__ */ describe(PracticeChange, {
  id: "PracticeChange",
  title: "Changed days of practice",
  example: { kind: "practice", own: true, row: PRACTICE },
  fields: {
    kind: "The kind of the row",
    own: OWN,
    row: "The row",
  },
});

/** A row as it is now; it replaces what the device holds under the row's id. */
export const Change = z.discriminatedUnion("kind", [
  SessionChange,
  AttemptChange,
  SkillProgressChange,
  PracticeChange,
]);
export type Change = z.infer<typeof Change>;
/* @__PURE__ */ describe(Change, {
  id: "Change",
  title: "Change",
  example: { kind: "practice", own: true, row: PRACTICE },
});

/** The key of a change's row: a pulled row replaces the row with the same key. */
export function rowKey({ kind, row }: Change): string {
  if (kind === "attempt") return `${kind}/${row.event_id}`;
  if (kind === "session") return `${kind}/${row.session_id}`;
  return kind === "practice" ? kind : `${kind}/${row.skill_id}`;
}

const PAGE_FIELDS = {
  changes: "Changed rows, oldest change first",
  cursor: "Where the next pull begins; opaque",
  more: "Whether there are more changes now: pull again at once",
};
const PAGE = {
  changes: [{ kind: "practice" as const, own: true, row: PRACTICE }],
  cursor: example.token,
  more: false,
};
const RESET_FIELDS = { reset: "Why the cursor is of no use" };

/** Changes, oldest first, and the cursor to go on from; at once, where there is more. */
export const ChangesPage = z.object({
  changes: z.array(Change),
  cursor: z.string(),
  more: z.boolean(),
});
export type ChangesPage = z.infer<typeof ChangesPage>;
/* @__PURE__ */ describe(ChangesPage, {
  id: "ChangesPage",
  title: "Page of changes",
  example: PAGE,
  fields: PAGE_FIELDS,
});

/** The cursor is of no use: pull from null. After all but `cursor_invalid`, send all events again that are kept. */
export const PullReset = z.object({
  reset: z.enum(["history_changed", "cursor_ahead", "cursor_invalid"]),
});
export type PullReset = z.infer<typeof PullReset>;
/* @__PURE__ */ describe(PullReset, {
  id: "PullReset",
  title: "Reset of the cursor",
  example: { reset: "history_changed" },
  fields: RESET_FIELDS,
});

/** What a pull answers. */
export const PullAnswer = z.union([ChangesPage, PullReset]);
export type PullAnswer = z.infer<typeof PullAnswer>;
/* @__PURE__ */ describe(PullAnswer, { id: "PullAnswer", title: "Answer to a pull", example: PAGE });

/** A page of changes, and the steering. */
export const SteeredChangesPage = ChangesPage.extend({ steering: Steering });
const STEERING = "The values that the server asks of this app";
/* @__PURE__ */ describe(SteeredChangesPage, {
  id: "SteeredChangesPage",
  title: "Page of changes with steering",
  example: { ...PAGE, steering: DEFAULT_STEERING },
  fields: { ...PAGE_FIELDS, steering: STEERING },
});
/** A reset, and the steering. */
export const SteeredPullReset = PullReset.extend({ steering: Steering });
/* @__PURE__ */ describe(SteeredPullReset, {
  id: "SteeredPullReset",
  title: "Reset of the cursor with steering",
  example: { reset: "cursor_ahead", steering: DEFAULT_STEERING },
  fields: { ...RESET_FIELDS, steering: STEERING },
});
/** What a pull alone answers, without a push. */
export const SteeredPullAnswer = z.union([SteeredChangesPage, SteeredPullReset]);
export type SteeredPullAnswer = z.infer<typeof SteeredPullAnswer>;
/* @__PURE__ */ describe(SteeredPullAnswer, {
  id: "SteeredPullAnswer",
  title: "Answer to a pull without a push",
  example: { ...PAGE, steering: DEFAULT_STEERING },
});
