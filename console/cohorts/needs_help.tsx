// Who needs help, and why.
import type { Help } from "../../client-contract/client/instructor.ts";
import { numbers, times } from "../parts/columns.tsx";
import type { Column } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { Paged } from "./paged.tsx";
import { cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";
import { HELP_REASONS, nameOf } from "./words.ts";

const columnsOf = (cohort: string): readonly Column<Help>[] => [
  {
    label: "Learner",
    cell: (row) => <a href={linkTo(["cohorts", cohort, "learners", row.learner_id])}>{nameOf(row)}</a>,
    sort: nameOf,
  },
  { label: "Reason", cell: ({ reason }) => reason && HELP_REASONS[reason], sort: ({ reason }) => reason },
  times("Since", ({ since }) => since),
  {
    label: "Question",
    cell: ({ question_key }) => question_key ?? "–",
    sort: ({ question_key }) => question_key,
  },
  numbers("Failures in a row", ({ failures }) => failures),
  { label: "Detail", cell: ({ detail }) => detail ?? "–" },
];

/** A page of reasons. Pages are of learners, so a page may have no reason and still not be the last one. */
export function NeedsHelp({ cohort, after }: CohortProps) {
  const { instructor } = useApi();
  return (
    <>
      <Tabs cohort={cohort} present="help" />
      <Paged
        name={`help ${cohort}`}
        caption="Reasons to help"
        columns={columnsOf(cohort)}
        rowKey={({ learner_id, reason, question_key }) => `${learner_id} ${reason} ${question_key}`}
        empty="Nobody on this page needs help."
        after={after}
        isByLearner
        read={(from, page_rows) =>
          instructor.needsHelp({ cohort: cohortParameter(cohort), after: from, page_rows })}
        linkOf={(cursor) => linkTo(["cohorts", cohort, "help"], { after: cursor })}
        isShown={({ reason }) => reason !== null}
      />
    </>
  );
}
