// The cohorts of the caller.
import { useState } from "preact/hooks";
import type { ListedCohort } from "../../client-contract/client/instructor.ts";
import { useLoad } from "../data/load.ts";
import { numbers, times } from "../parts/columns.tsx";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { NameDialog } from "./cohort_dialogs.tsx";
import { questionColumns, skillColumns } from "./figures.tsx";
import { ALL } from "./tabs.tsx";

const PAGE_ROWS = 100;

const COLUMNS: readonly Column<ListedCohort>[] = [
  {
    label: "Cohort",
    cell: ({ id, name }) => <a href={linkTo(["cohorts", id])}>{name}</a>,
    sort: ({ name }) => name,
  },
  numbers("Learners", ({ members }) => members),
  numbers("Instructors", ({ staff }) => staff),
  times("Since", ({ created_at }) => created_at),
  { label: "Archived", cell: ({ archived_at }) => archived_at === null ? "no" : <Time at={archived_at} /> },
];

const HARDEST = 5;

/** The hardest skills and questions of all learners. */
function Hardest() {
  const { instructor } = useApi();
  const loaded = useLoad("hardest", () =>
    Promise.all([
      instructor.accuracy({ by: "skill", sort: "hardest", page_rows: HARDEST }),
      instructor.accuracy({ by: "question", sort: "hardest", page_rows: HARDEST }),
    ]));
  return (
    <Show of={loaded}>
      {([skills, questions]) => (
        <>
          <Table
            caption="The hardest skills"
            columns={skillColumns(ALL)}
            rows={skills}
            rowKey={({ id }) => id}
            empty="There are no figures of all learners yet. They are counted once a day."
          />
          {questions.length > 0 && (
            <Table
              caption="The hardest questions"
              columns={questionColumns(ALL)}
              rows={questions}
              rowKey={({ id }) => id}
              empty=""
            />
          )}
        </>
      )}
    </Show>
  );
}

/** The first screen: the caller's cohorts, and what is hard for everybody. */
export function CohortList({ after }: { after: string | null }) {
  const { instructor } = useApi();
  const { role } = useCaller();
  const [isMaking, setMaking] = useState(false);
  const loaded = useLoad(
    `cohorts ${after}`,
    () => instructor.cohorts({ after: after ?? undefined, page_rows: PAGE_ROWS }),
  );
  const made = (text: string) => {
    announce(text);
    loaded.reload();
  };
  return (
    <>
      {role === "admin" && (
        <div class="buttons">
          <button type="button" onClick={() => setMaking(true)}>Make a cohort …</button>
        </div>
      )}
      {isMaking && <NameDialog onDone={made} onClose={() => setMaking(false)} />}
      <Show of={loaded}>
        {(rows) => (
          <>
            <Table
              caption="Cohorts by name"
              columns={COLUMNS}
              rows={rows}
              rowKey={({ id }) => id}
              empty={role === "admin"
                ? "There is no cohort yet. Make one, and then add learners and instructors on its page People."
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
      <h2>All learners</h2>
      <p>
        <a href={linkTo(["cohorts", ALL, "skills"])}>Skills</a> and{" "}
        <a href={linkTo(["cohorts", ALL, "questions"])}>questions</a> of all learners, to compare with
        {role === "admin" && (
          <>
            ; <a href={linkTo(["cohorts", ALL])}>everybody, one by one</a>
          </>
        )}.
      </p>
      <Hardest />
    </>
  );
}
