// How one learner has answered each question. The database records every look on the learner's timeline.
import type { LearnerAnswers } from "../../client-contract/client/instructor.ts";
import { numbers, times } from "../parts/columns.tsx";
import type { Column } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { Paged } from "./paged.tsx";
import { type CohortProps, Tabs } from "./tabs.tsx";

const COLUMNS: readonly Column<LearnerAnswers>[] = [
  {
    label: "Question",
    cell: ({ question_id, question_key }) => question_key ?? question_id,
    sort: ({ question_key }) => question_key,
  },
  numbers("Answers", ({ attempts }) => attempts),
  numbers("Right", ({ correct }) => correct),
  {
    label: "First answer",
    cell: ({ first_correct }) => first_correct ? "right" : "wrong",
    sort: ({ first_correct }) => first_correct,
  },
  {
    label: "Last answer",
    cell: ({ last_correct }) => last_correct ? "right" : "wrong",
    sort: ({ last_correct }) => last_correct,
  },
  numbers("Tries", ({ tries_to_success }) => tries_to_success),
  numbers("Outdated", ({ outdated }) => outdated),
  times("Last", ({ last_at }) => last_at),
];

/** A page of questions. */
export function Learner({ cohort, after, learner }: CohortProps & { learner: string }) {
  const { instructor } = useApi();
  return (
    <>
      <Tabs cohort={cohort} present="other" />
      <p>
        Learner <code>{learner}</code>. Each look at this page is recorded.
      </p>
      <Paged
        name={`answers ${learner}`}
        caption="Questions that the learner has answered"
        columns={COLUMNS}
        rowKey={({ question_id }) => question_id}
        empty="The learner has answered no question yet."
        after={after}
        read={(from, page_rows) => instructor.learnerAnswers({ learner, after: from, page_rows })}
        linkOf={(cursor) => linkTo(["cohorts", cohort, "learners", learner], { after: cursor })}
      />
    </>
  );
}
