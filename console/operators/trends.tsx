// How the service has done hour by hour.
import type { HealthFigure, HealthHour } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { Chart } from "../parts/chart.tsx";
import { durationText } from "../parts/duration.ts";
import { Select } from "../parts/field.tsx";
import { numberText } from "../parts/format.ts";
import { Empty, Show } from "../parts/states.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { pointsOf } from "./points.ts";

const PERIODS = [["24", "the last day"], ["168", "the last week"], ["744", "the last month"]] as const;

const missingShare = ({ made, held }: HealthHour): number | null =>
  made === 0 ? null : Math.max(1 - held / made, 0) * 100;
const seconds = (value: number | null) => durationText(value === null ? null : value * 1000);
const percent = (value: number | null) => value === null ? "–" : `${numberText(value)} %`;

function Charts({ hours, figures }: { hours: readonly HealthHour[]; figures: readonly HealthFigure[] }) {
  if (hours.length === 0) return <Empty>Nothing has arrived in this period.</Empty>;
  const targetOf = (name: string) => figures.find((figure) => figure.name === name)?.target;
  const held = targetOf("sync_success");
  const count = (valueOf: (hour: HealthHour) => number) => pointsOf(hours, valueOf, 0);
  return (
    <>
      <Chart title="Events an hour" points={count(({ events }) => events)} />
      <Chart
        title="Events that the server does not hold in time"
        points={pointsOf(hours, missingShare, null)}
        target={held === undefined ? undefined : (1 - held) * 100}
        format={percent}
      />
      <Chart
        title="From an answer to the server"
        points={pointsOf(hours, ({ delay_s }) => delay_s, null)}
        target={targetOf("action_to_server")}
        format={seconds}
      />
      <Chart title="Events that went into quarantine" points={count(({ quarantined }) => quarantined)} />
      <Chart title="Events given up by devices" points={count(({ dead_letters }) => dead_letters)} />
      <Chart title="Failures of apps" points={count(({ failures }) => failures)} />
    </>
  );
}

/** The period is part of the address. */
export function Trends({ query }: { query: URLSearchParams }) {
  const { operator } = useApi();
  const hours = PERIODS.find(([one]) => one === query.get("hours"))?.[0] ?? "168";
  const loaded = useLoad(`trends ${hours}`, async () => {
    const [rows, figures] = await Promise.all([
      operator.healthByHour({ hours: Number(hours) }),
      operator.health(),
    ]);
    return { rows, figures };
  });
  return (
    <>
      <div class="filters">
        <Select
          label="Period"
          value={hours}
          onValue={(value) => goTo(linkTo(["operators", "trends"], { hours: value }))}
          options={PERIODS}
        />
      </div>
      <Show of={loaded}>{({ rows, figures }) => <Charts hours={rows} figures={figures} />}</Show>
    </>
  );
}
