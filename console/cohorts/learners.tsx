// The learners of a cohort: activity, accuracy, sync state, and whether they need help.
import type { CohortLearner } from "../../client-contract/client/instructor.ts";
import { numbers, shares } from "../parts/columns.tsx";
import { dayText } from "../parts/format.ts";
import type { Column } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { Paged } from "./paged.tsx";
import { cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";
import { HELP_REASONS, nameOf, SYNC_STATES } from "./words.ts";

const columnsOf = (cohort: string): readonly Column<CohortLearner>[] => [
  {
    label: "Learner",
    cell: (row) => <a href={linkTo(["cohorts", cohort, "learners", row.learner_id])}>{nameOf(row)}</a>,
    sort: nameOf,
  },
  {
    label: "Needs help",
    cell: ({ needs_help }) => needs_help.map((reason) => HELP_REASONS[reason]).join(", ") || "–",
    sort: ({ needs_help }) => needs_help.join(" ") || null,
  },
  {
    label: "Last day",
    cell: ({ last_day }) => last_day === null ? "–" : <time dateTime={last_day}>{dayText(last_day)}</time>,
    sort: ({ last_day }) => last_day,
  },
  numbers("Streak", ({ streak }) => streak),
  numbers("Days of 28", ({ days_28 }) => days_28),
  numbers("Answers", ({ attempts }) => attempts),
  shares("Right", ({ accuracy }) => accuracy),
  shares("Right at once", ({ first_accuracy }) => first_accuracy),
  numbers("Tries", ({ tries_to_success }) => tries_to_success),
  {
    label: "Sync",
    cell: ({ sync_state }) => SYNC_STATES[sync_state].label,
    sort: ({ sync_state }) => SYNC_STATES[sync_state].label,
  },
];

/** A page of learners. */
export function Learners({ cohort, after }: CohortProps) {
  const { instructor } = useApi();
  return (
    <>
      <Tabs cohort={cohort} present={null} />
      <Paged
        name={`learners ${cohort}`}
        caption="Learners with their answers of all time"
        columns={columnsOf(cohort)}
        rowKey={({ learner_id }) => learner_id}
        empty={
          <>
            Nobody is in this cohort yet. An administrator adds learners, on the page{" "}
            <a href={linkTo(["cohorts", cohort, "people"])}>People</a>.
          </>
        }
        after={after}
        read={(from, page_rows) =>
          instructor.learners({ cohort: cohortParameter(cohort), after: from, page_rows })}
        linkOf={(cursor) => linkTo(["cohorts", cohort], { after: cursor })}
      />
    </>
  );
}
