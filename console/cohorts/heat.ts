// Progress by learner and skill as a grid.
import type { CohortProgress } from "../../client-contract/client/instructor.ts";

/** A learner's row of the grid: mastery by skill; null: not begun. */
export interface HeatRow {
  learner: string;
  mastery: (number | null)[];
}

/** The grid, and where the next one begins. */
export interface Heat {
  skills: string[];
  rows: HeatRow[];
  next: string | undefined;
}

const skillOf = ({ skill_key, skill_id }: CohortProgress): string => skill_key ?? skill_id;

/** Rows come in the order of learners. `isWhole`: they are the last ones; otherwise the last learner may have more, and is left out. */
export function heatOf(progress: readonly CohortProgress[], isWhole: boolean): Heat {
  const last = progress.at(-1)?.learner_id;
  const others = isWhole ? progress : progress.filter(({ learner_id }) => learner_id !== last);
  // One learner alone may fill the page.
  const shown = others.length > 0 ? others : progress;
  const skills = [...new Set(shown.map(skillOf))].sort();
  const rows = [...Map.groupBy(shown, ({ learner_id }) => learner_id)].map(([learner, own]) => {
    const of = new Map(own.map((one) => [skillOf(one), one.mastery]));
    return { learner, mastery: skills.map((skill) => of.get(skill) ?? null) };
  });
  return { skills, rows, next: isWhole ? undefined : shown.at(-1)?.cursor };
}

/** Four steps: below 25, 50 and 75, and above. */
export const heatStep = (mastery: number): number => Math.min(3, Math.floor(mastery / 25));
