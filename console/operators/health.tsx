// How the service does: each target with its value, and what needs a person.
import type { HealthFigure } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { alarmsText } from "./alarm_words.ts";
import { byUrgency, figureTitle, overall, statusText, targetText, valueText } from "./figures.ts";

const FIGURES: readonly Column<HealthFigure>[] = [
  {
    label: "Figure",
    cell: (figure) => (
      <>
        {figureTitle(figure)}
        <p class="sub">{figure.meaning}</p>
      </>
    ),
  },
  {
    label: "Status",
    cell: (figure) => <span class={`status status-${figure.status}`}>{statusText(figure)}</span>,
  },
  { label: "Value", cell: ({ value, unit }) => valueText(value, unit), isNumber: true },
  { label: "Target", cell: (figure) => <span class="whole">{targetText(figure)}</span> },
  { label: "Samples", cell: ({ samples }) => numberText(samples), isNumber: true },
];

/** The first page of operators. */
export function Health() {
  const { operator } = useApi();
  const loaded = useLoad("health", async () => {
    const [figures, alarms] = await Promise.all([operator.health(), operator.alarms()]);
    return { figures, alarms };
  });
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={loaded.reload}>Read again</button>
      </div>
      <Show of={loaded}>
        {({ figures, alarms }) => (
          <>
            <p>
              {overall(figures)}{" "}
              <a href={linkTo(["operators", "alarms"])}>
                {alarmsText(alarms)}
              </a>
            </p>
            <Table
              caption="Targets; what needs a look comes first"
              columns={FIGURES}
              rows={byUrgency(figures)}
              rowKey={({ name }) => name}
              empty="There is no target."
            />
            {figures[0] && (
              <p class="sub">
                Samples count since <Time at={figures[0].since} />.
              </p>
            )}
          </>
        )}
      </Show>
    </>
  );
}
