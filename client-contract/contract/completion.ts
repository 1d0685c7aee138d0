// Which questions of a skill a learner has completed, where a question may have moved from another skill.
import type { SkillProgress } from "./changes.ts";

/**
 * The completed ones of a skill's questions. `questions`: ids of the questions that the skill has now; `progress`: the learner's rows of
 * all skills. The server leaves a completion with the skill in which the learner earned it, so a question that moved is found in the
 * row of its former skill. Once the learner has started the skill over, only the skill's own row counts.
 */
export function completedIn(
  skillId: string,
  questions: Iterable<string>,
  progress: readonly Pick<SkillProgress, "skill_id" | "reset_count" | "completed">[],
): string[] {
  const isReset = progress.some((row) => row.skill_id === skillId && row.reset_count > 0);
  const counted = progress.filter((row) => !isReset || row.skill_id === skillId);
  const completed = new Set(counted.flatMap((row) => row.completed));
  return [...questions].filter((id) => completed.has(id));
}
