// Which versions learners' devices have.
import type { HeldContent } from "../../client-contract/client/instructor.ts";
import { useLoad } from "../data/load.ts";
import { times } from "../parts/columns.tsx";
import { CsvButton } from "../parts/csv_button.tsx";
import { numberText } from "../parts/format.ts";
import { ShareBar } from "../parts/share_bar.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { useApi, useCaller } from "../shell/context.ts";

/** Versions with devices, newest first. */
export function Held() {
  const { instructor } = useApi();
  const { role } = useCaller();
  const read = () => instructor.contentHeld({ page_rows: 500 });
  const loaded = useLoad("held", read);
  // An instructor's counts are rounded down, so that nobody can be told apart.
  const count = (value: number) => value === 0 && role !== "admin" ? "a few" : numberText(value);
  return (
    <Show of={loaded}>
      {(rows) => {
        const all = rows.reduce((sum, { devices }) => sum + devices, 0);
        const columns: readonly Column<HeldContent>[] = [
          { label: "Version", cell: ({ version }) => version, sort: ({ version }) => version },
          times("Published", ({ published_at }) => published_at),
          {
            label: "Devices",
            cell: ({ devices }) => count(devices),
            sort: ({ devices }) => devices,
            isNumber: true,
          },
          {
            label: "Learners",
            cell: ({ learners }) => count(learners),
            sort: ({ learners }) => learners,
            isNumber: true,
          },
          {
            label: "Share of devices",
            cell: ({ devices }) => <ShareBar share={all === 0 ? null : devices / all} />,
          },
        ];
        return (
          <>
            <Table
              caption="Versions on devices that were seen within 28 days, as the devices last said"
              columns={columns}
              rows={rows}
              rowKey={({ version }) => String(version)}
              empty="No device has said yet which version it has."
            />
            <CsvButton name="content-held" read={read} />
          </>
        );
      }}
    </Show>
  );
}
