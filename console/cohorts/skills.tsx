// Skills: figures of each, and a heat map of mastery by learner.
import type { CohortLearner } from "../../client-contract/client/instructor.ts";
import { readAll, useLoad } from "../data/load.ts";
import { CsvButton } from "../parts/csv_button.tsx";
import { Pager } from "../parts/pager.tsx";
import { Empty, Show } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { ROUNDED, skillColumns } from "./figures.tsx";
import { type Heat, heatOf, heatStep } from "./heat.ts";
import { ALL, cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";
import { nameOf } from "./words.ts";

const MOST = 500;

function HeatTable({ heat: { skills, rows }, names }: { heat: Heat; names: ReadonlyMap<string, string> }) {
  return (
    <div class="scroll heat" role="region" aria-label="Mastery by learner and skill" tabIndex={0}>
      <table>
        <caption>Mastery from 0 to 100, by learner and skill; – is not begun</caption>
        <thead>
          <tr>
            <th scope="col">Learner</th>
            {skills.map((skill) => <th key={skill} scope="col">{skill}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ learner, mastery }) => (
            <tr key={learner}>
              <th scope="row">{names.get(learner) ?? `anonymous ${learner.slice(0, 8)}`}</th>
              {mastery.map((value, place) => (
                <td key={skills[place]} class={value === null ? undefined : `heat-${heatStep(value)}`}>
                  {value ?? "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeatMap({ cohort, after }: CohortProps) {
  const { instructor } = useApi();
  const read = (from?: string) => instructor.progress({ cohort, after: from, page_rows: MOST });
  const loaded = useLoad(`heat ${cohort} ${after}`, async () => {
    const [progress, learners] = await Promise.all([
      read(after ?? undefined),
      readAll<CohortLearner>((from) => instructor.learners({ cohort, after: from, page_rows: MOST })),
    ]);
    const names = new Map(learners.map((one) => [one.learner_id, nameOf(one)]));
    return { heat: heatOf(progress, progress.length < MOST), names };
  });
  return (
    <>
      <h2>Heat map</h2>
      <Show of={loaded}>
        {({ heat, names }) => (
          <>
            {heat.rows.length === 0
              ? <Empty>Nobody has progress in a skill yet.</Empty>
              : <HeatTable heat={heat} names={names} />}
            <Pager
              what="the heat map"
              isFirst={after === null}
              next={heat.next}
              linkOf={(cursor) => linkTo(["cohorts", cohort, "skills"], { after: cursor })}
            />
            {heat.rows.length > 0 && <CsvButton name={`progress-${cohort}`} read={() => readAll(read)} />}
          </>
        )}
      </Show>
    </>
  );
}

/** The page about skills. */
export function Skills({ cohort, after }: CohortProps) {
  const { instructor } = useApi();
  const loaded = useLoad(
    `skills ${cohort}`,
    () =>
      instructor.accuracy({ by: "skill", cohort: cohortParameter(cohort), sort: "hardest", page_rows: MOST }),
  );
  return (
    <>
      <Tabs cohort={cohort} present="skills" />
      {cohort === ALL && <p>{ROUNDED}</p>}
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="Skills, the hardest first"
            columns={skillColumns(cohort)}
            rows={rows}
            rowKey={({ id }) => id}
            empty="There are no answers to show yet."
          />
        )}
      </Show>
      {cohort !== ALL && <HeatMap cohort={cohort} after={after} />}
    </>
  );
}
