// Progress as the learner sees it: the server's row, and what waits on the device, by the laws of docs/progress.md.
import { type Event, projectionModel } from "../../contract/mod.ts";
import type { State } from "./state.ts";

const { compareResets } = projectionModel;

/** Progress in a skill within its current reset. */
export interface Progress {
  reset_count: number;
  reset_event: string | null;
  mastery: number;
  completed: string[];
  attempts: number;
  correct: number;
}

/** Before the learner has begun. */
export const NONE: Progress = {
  reset_count: 0,
  reset_event: null,
  mastery: 0,
  completed: [],
  attempts: 0,
  correct: 0,
};

/** What one event says. */
function share(
  event: Event,
  skillOf: (question: string) => string | undefined,
): [string, Progress] | undefined {
  switch (event.type) {
    case "attempt.recorded": {
      const { question_id, correct, reset } = event.body;
      const pair = { reset_count: reset?.count ?? 0, reset_event: reset?.event ?? null };
      return [skillOf(question_id) ?? "", { ...NONE, ...pair, attempts: 1, correct: correct ? 1 : 0 }];
    }
    case "progress.advanced": {
      const { skill_id, mastery, completed, reset } = event.body;
      const pair = { reset_count: reset?.count ?? 0, reset_event: reset?.event ?? null };
      return [skill_id, { ...NONE, ...pair, mastery, completed: completed ?? [] }];
    }
    case "progress.reset": {
      const { skill_id, count, base } = event.body;
      const pair = { reset_count: count, reset_event: event.id };
      return [skill_id, { ...NONE, ...pair, mastery: base?.mastery ?? 0, completed: base?.completed ?? [] }];
    }
    default:
      return undefined;
  }
}

/** The greater reset wins; within one, mastery is a maximum, completed a union, and attempts are counted. */
function mergeProgress(a: Progress, b: Progress): Progress {
  const order = compareResets(a, b);
  if (order !== 0) return order > 0 ? a : b;
  return {
    ...a,
    mastery: Math.max(a.mastery, b.mastery),
    completed: [...new Set([...a.completed, ...b.completed])].sort(),
    attempts: a.attempts + b.attempts,
    correct: a.correct + b.correct,
  };
}

/** Progress by skill. */
export function readProgress({ rows, outbox, content }: State): Map<string, Progress> {
  const progress = new Map<string, Progress>();
  for (const change of Object.values(rows)) {
    if (change.kind === "skill_progress" && !change.row.voided) progress.set(change.row.skill_id, change.row);
  }
  const skillOf = (question: string): string | undefined => {
    const line = content.rows[`question/${question}`];
    return line && JSON.parse(line).skill_id;
  };
  for (const { line, state, settled } of outbox) {
    if (settled || state === "quarantined") continue;
    const said = share(JSON.parse(line), skillOf);
    if (said) progress.set(said[0], mergeProgress(progress.get(said[0]) ?? NONE, said[1]));
  }
  return progress;
}
