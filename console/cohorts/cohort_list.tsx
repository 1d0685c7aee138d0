// The cohorts of the caller.
import type { ListedCohort } from "../../client-contract/client/instructor.ts";
import { useLoad } from "../data/load.ts";
import { numberText } from "../parts/format.ts";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";

const PAGE_ROWS = 100;

const COLUMNS: readonly Column<ListedCohort>[] = [
  {
    label: "Cohort",
    cell: ({ id, name }) => <a href={linkTo(["cohorts", id])}>{name}</a>,
    sort: ({ name }) => name,
  },
  {
    label: "Learners",
    cell: ({ members }) => numberText(members),
    sort: ({ members }) => members,
    isNumber: true,
  },
  {
    label: "Instructors",
    cell: ({ staff }) => numberText(staff),
    sort: ({ staff }) => staff,
    isNumber: true,
  },
  {
    label: "Since",
    cell: ({ created_at }) => <Time at={created_at} />,
    sort: ({ created_at }) => created_at,
  },
  { label: "Archived", cell: ({ archived_at }) => archived_at === null ? "no" : <Time at={archived_at} /> },
];

/** A page of cohorts. */
export function CohortList({ after }: { after: string | null }) {
  const { instructor } = useApi();
  const { role } = useCaller();
  const loaded = useLoad(
    `cohorts ${after}`,
    () => instructor.cohorts({ after: after ?? undefined, page_rows: PAGE_ROWS }),
  );
  return (
    <Show of={loaded}>
      {(rows) => (
        <>
          <Table
            caption="Cohorts by name"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            empty={role === "admin"
              ? "There is no cohort yet. The page about instructors in the docs shows how to make one."
              : "You are in no cohort yet. An administrator adds instructors to cohorts."}
          />
          <Pager
            what="cohorts"
            isFirst={after === null}
            next={rows.length === PAGE_ROWS ? rows.at(-1)?.cursor : undefined}
            linkOf={(cursor) => linkTo(["cohorts"], { after: cursor })}
          />
        </>
      )}
    </Show>
  );
}
