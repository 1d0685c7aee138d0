// The scheduled jobs of the database with their last runs.
import type { Job } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { durationText } from "../parts/duration.ts";
import { numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { Details } from "../support/links.tsx";

const STATES: Readonly<Record<Job["state"], readonly [style: string, text: string]>> = {
  ok: ["ok", "runs"],
  late: ["warning", "has missed its runs"],
  failing: ["failing", "fails"],
};

const COLUMNS: readonly Column<Job>[] = [
  { label: "Job", cell: ({ name }) => <code>{name}</code>, sort: ({ name }) => name },
  {
    label: "State",
    cell: ({ state }) => <span class={`status status-${STATES[state][0]}`}>{STATES[state][1]}</span>,
  },
  { label: "Every", cell: ({ every_s }) => durationText(every_s * 1000), sort: ({ every_s }) => every_s },
  {
    label: "Last run",
    cell: ({ last_run_at }) => <Time at={last_run_at} />,
    sort: ({ last_run_at }) => last_run_at,
  },
  { label: "Last success", cell: ({ last_ok_at }) => <Time at={last_ok_at} /> },
  {
    label: "Failures",
    cell: ({ failures }) => numberText(failures),
    sort: ({ failures }) => failures,
    isNumber: true,
  },
  {
    label: "More",
    cell: ({ name, last_error, detail }) =>
      last_error !== null
        ? last_error
        : detail === null || detail === undefined
        ? "–"
        : <Details of={`job ${name}`} value={detail} />,
  },
];

/** All jobs; those that need a look come first. */
export function Jobs() {
  const { operator } = useApi();
  const loaded = useLoad("jobs", () => operator.jobs());
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={loaded.reload}>Read again</button>
      </div>
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="Jobs; failing and late ones come first"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ name }) => name}
            empty="The database has no job."
          />
        )}
      </Show>
    </>
  );
}
