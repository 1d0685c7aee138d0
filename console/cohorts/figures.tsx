// The columns of figures about answers, which skills, questions and revisions share.
import type { Accuracy } from "../../client-contract/client/instructor.ts";
import { numbers, shares } from "../parts/columns.tsx";
import type { Column } from "../parts/table.tsx";
import { linkTo } from "../shell/route.ts";

/** What is said of a skill, a question or a revision. */
export const FIGURES: readonly Column<Accuracy>[] = [
  numbers("Learners", ({ learners }) => learners),
  numbers("Answers", ({ attempts }) => attempts),
  shares("Right", ({ accuracy }) => accuracy),
  shares("Right at once", ({ first_accuracy }) => first_accuracy),
  numbers("Tries", ({ tries_to_success }) => tries_to_success),
];

/** Of all learners, an instructor sees rounded figures. */
export const ROUNDED =
  "Figures of all learners are counted once a day. Counts are rounded down, and figures of fewer than five learners outside of your cohorts are left out.";

/** Skills, each with a link to its questions. */
export const skillColumns = (cohort: string): readonly Column<Accuracy>[] => [
  {
    label: "Skill",
    cell: ({ id, key, title }) => (
      <a href={linkTo(["cohorts", cohort, "questions"], { skill: id })}>{title ?? key ?? id}</a>
    ),
    sort: ({ title }) => title,
  },
  ...FIGURES,
];

/** Questions, each with a link to its answers. */
export const questionColumns = (cohort: string): readonly Column<Accuracy>[] => [
  {
    label: "Question",
    cell: ({ id, key }) => <a href={linkTo(["cohorts", cohort, "questions", id])}>{key ?? id}</a>,
    sort: ({ key }) => key,
  },
  ...FIGURES,
  numbers("Outdated", ({ outdated }) => outdated),
  numbers("Skipped", ({ skipped }) => skipped),
];
