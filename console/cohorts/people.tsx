// Who is in a cohort: its instructors, and for administrators everything that changes the cohort.
import { useState } from "preact/hooks";
import type { CohortStaff, ListedCohort, PersonResult } from "../../client-contract/client/instructor.ts";
import { readAll, useLoad } from "../data/load.ts";
import { times } from "../parts/columns.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { countText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { ArchiveDialog, NameDialog } from "./cohort_dialogs.tsx";
import { type ListAction, PeopleDialog } from "./people_dialog.tsx";
import { outcomeText, RESULTS } from "./people_words.ts";
import { Tabs } from "./tabs.tsx";

type Chosen = ListAction | "rename" | "archive" | { staff: CohortStaff };

const addressOf = ({ email, staff_id }: CohortStaff): string => email ?? staff_id;

const STAFF: readonly Column<CohortStaff>[] = [
  { label: "Instructor", cell: addressOf, sort: addressOf },
  times("Since", ({ added_at }) => added_at),
];
const columns = (choose: (chosen: Chosen) => void): readonly Column<CohortStaff>[] => [...STAFF, {
  label: "Decide",
  cell: (staff) => (
    <button type="button" onClick={() => choose({ staff })}>
      Remove …<span class="unseen">{` ${addressOf(staff)}`}</span>
    </button>
  ),
}];

const RESULT_COLUMNS: readonly Column<PersonResult>[] = [
  { label: "Line", cell: ({ person }) => person },
  { label: "Result", cell: ({ result }) => RESULTS[result] },
];

const LISTS: readonly (readonly [ListAction, string])[] = [
  ["add learners", "Add learners …"],
  ["remove learners", "Remove learners …"],
  ["add instructors", "Add instructors …"],
];

function State({ cohort }: { cohort: ListedCohort }) {
  return (
    <p>
      {countText(cohort.members, "learner")}. {cohort.archived_at !== null && (
        <>
          Archived since <Time at={cohort.archived_at} />: only administrators read it.
        </>
      )}
    </p>
  );
}

/** The page. */
export function People({ cohort }: { cohort: string }) {
  const { instructor } = useApi();
  const { role } = useCaller();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [results, setResults] = useState<readonly PersonResult[]>([]);
  // The name above the page is read anew after each change.
  const [changes, setChanges] = useState(0);
  const loaded = useLoad(`people ${cohort}`, async () => {
    const [staff, cohorts] = await Promise.all([
      instructor.staff({ cohort }),
      readAll((after) => instructor.cohorts({ after, page_rows: 500 })),
    ]);
    return { staff, found: cohorts.find(({ id }) => id === cohort) };
  });
  const done = (text: string, lines: readonly PersonResult[] = []) => {
    announce(text);
    setResults(lines);
    setChanges(changes + 1);
    loaded.reload();
  };
  const close = () => setChosen(null);
  const removeStaff = async (staff: CohortStaff) => {
    const lines = await instructor.removeStaff({ cohort, instructors: [staff.staff_id] });
    done(outcomeText(lines, "removed"), lines);
  };
  const dialog = (found: ListedCohort) => {
    if (chosen === null) return null;
    if (chosen === "rename") return <NameDialog cohort={found} onDone={done} onClose={close} />;
    if (chosen === "archive") return <ArchiveDialog cohort={found} onDone={done} onClose={close} />;
    if (typeof chosen === "string") {
      return (
        <PeopleDialog
          cohort={cohort}
          chosen={chosen}
          onDone={(lines) =>
            done(outcomeText(lines, chosen === "remove learners" ? "removed" : "added"), lines)}
          onClose={close}
        />
      );
    }
    return (
      <Confirm
        title="Remove the instructor"
        action="Remove"
        word="remove"
        onConfirm={() => removeStaff(chosen.staff)}
        onClose={close}
      >
        <p>
          {addressOf(chosen.staff)} can no longer read about the learners of {found.name}, from now on.
        </p>
      </Confirm>
    );
  };
  return (
    <>
      <Tabs key={changes} cohort={cohort} present="people" />
      <Show of={loaded}>
        {({ staff, found }) => (
          <>
            {found && <State cohort={found} />}
            {role === "admin"
              ? (
                <div class="buttons">
                  {LISTS.map(([action, label]) => (
                    <button
                      key={action}
                      type="button"
                      onClick={() => setChosen(action)}
                    >
                      {label}
                    </button>
                  ))}
                  <button type="button" onClick={() => setChosen("rename")}>Rename …</button>
                  <button type="button" onClick={() => setChosen("archive")}>
                    {found?.archived_at ? "Take back …" : "Archive …"}
                  </button>
                </div>
              )
              : <p>An administrator changes the cohort.</p>}
            {results.length > 0 && (
              <Table
                caption="What became of each line"
                columns={RESULT_COLUMNS}
                rows={results}
                rowKey={({ person }) => person ?? ""}
                empty=""
              />
            )}
            <Table
              caption="Instructors of the cohort"
              columns={role === "admin" ? columns(setChosen) : STAFF}
              rows={staff}
              rowKey={({ staff_id }) => staff_id}
              empty="The cohort has no instructor yet. Only administrators read it."
            />
            {found && dialog(found)}
          </>
        )}
      </Show>
    </>
  );
}
