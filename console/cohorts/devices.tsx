// How each device of a cohort's learners syncs.
import type { DeviceSync } from "../../client-contract/client/instructor.ts";
import { numbers, times } from "../parts/columns.tsx";
import type { Column } from "../parts/table.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { Paged } from "./paged.tsx";
import { cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";
import { nameOf, SYNC_STATES } from "./words.ts";

const COLUMNS: readonly Column<DeviceSync>[] = [
  { label: "Learner", cell: nameOf, sort: nameOf },
  {
    label: "Device",
    cell: ({ platform, app_version }) => [platform, app_version].filter(Boolean).join(" ") || "–",
    sort: ({ platform }) => platform,
  },
  {
    label: "State",
    cell: ({ state }) => SYNC_STATES[state].label,
    sort: ({ state }) => SYNC_STATES[state].label,
  },
  times("Since", ({ since }) => since),
  times("Last seen", ({ last_seen_at }) => last_seen_at),
  numbers("Waiting", ({ waiting }) => waiting),
  numbers("Refused", ({ refused }) => refused),
  { label: "Error", cell: ({ code }) => code === null ? "–" : <code>{code}</code> },
  { label: "What to do", cell: ({ state }) => SYNC_STATES[state].cure ?? "–" },
];

/** A page of devices. */
export function Devices({ cohort, after }: CohortProps) {
  const { instructor } = useApi();
  return (
    <>
      <Tabs cohort={cohort} present="devices" />
      <Paged
        name={`devices ${cohort}`}
        caption="Devices with their sync state"
        columns={COLUMNS}
        rowKey={({ learner_id, device_id }) => `${learner_id} ${device_id}`}
        empty="Nobody is in this cohort yet."
        after={after}
        isByLearner
        read={(from, page_rows) =>
          instructor.syncStates({ cohort: cohortParameter(cohort), after: from, page_rows })}
        linkOf={(cursor) => linkTo(["cohorts", cohort, "devices"], { after: cursor })}
      />
    </>
  );
}
