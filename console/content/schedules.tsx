// Releases that wait for their time, and how earlier ones ended.
import { useState } from "preact/hooks";
import type { Schedule } from "../../client-contract/contract/release.ts";
import { useLoad } from "../data/load.ts";
import { times } from "../parts/columns.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";

const PAGE_ROWS = 100;

const COLUMNS: readonly Column<Schedule>[] = [
  { label: "Number", cell: ({ id }) => id },
  times("Time", ({ due_at }) => due_at),
  { label: "State", cell: ({ state }) => state, sort: ({ state }) => state },
  { label: "Note", cell: ({ note }) => note ?? "–" },
  {
    label: "Result",
    cell: ({ version, error, detail }) =>
      version === null ? [error, detail].filter(Boolean).join(" ") || "–" : `version ${version}`,
  },
];

/** Pending schedules come first. */
export function Schedules() {
  const { content } = useApi();
  const loaded = useLoad("schedules", () => content.listSchedules(PAGE_ROWS));
  const [cancelled, setCancelled] = useState<Schedule | null>(null);
  const cancel = async ({ id }: Schedule) => {
    await content.cancelSchedule(id);
    announce(`Schedule ${id} is cancelled.`);
    loaded.reload();
  };
  const actions: Column<Schedule> = {
    label: "Action",
    cell: (row) =>
      row.state === "pending" &&
      (
        <button type="button" aria-label={`Cancel schedule ${row.id}`} onClick={() => setCancelled(row)}>
          Cancel …
        </button>
      ),
  };
  return (
    <Show of={loaded}>
      {(rows) => (
        <>
          <Table
            caption={`Schedules, pending ones first${
              rows.length === PAGE_ROWS ? `; the first ${PAGE_ROWS}` : ""
            }`}
            columns={[...COLUMNS, actions]}
            rows={rows}
            rowKey={({ id }) => String(id)}
            empty="Nothing was ever scheduled. The page Drafts schedules a preview."
          />
          {cancelled && (
            <Confirm
              title={`Cancel schedule ${cancelled.id}`}
              action="Cancel the schedule"
              onConfirm={() => cancel(cancelled)}
              onClose={() => setCancelled(null)}
            >
              <p>
                It will not be published at <Time at={cancelled.due_at} />. The drafts stay as they are.
              </p>
            </Confirm>
          )}
        </>
      )}
    </Show>
  );
}
