// How the service does: each target with its value, and what needs a person.
import type { Alarm, HealthFigure } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { countText, inWords, numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
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

const ALARMS: readonly Column<Alarm>[] = [
  { label: "Alarm", cell: ({ name }) => inWords(name) },
  { label: "Since", cell: ({ since }) => <Time at={since} /> },
  { label: "What is wrong, and the cure", cell: ({ detail }) => detail },
];

function Alarms({ rows }: { rows: readonly Alarm[] }) {
  return (
    <Table
      caption="What needs a person now"
      columns={ALARMS}
      rows={rows}
      rowKey={({ name, detail }) => `${name} ${detail}`}
      empty="There is no alarm."
    />
  );
}

/** Alarms alone. */
export function AlarmPage() {
  const { operator } = useApi();
  const loaded = useLoad("alarms", () => operator.alarms());
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={loaded.reload}>Read again</button>
      </div>
      <Show of={loaded}>{(rows) => <Alarms rows={rows} />}</Show>
      <p>An alarm ends by itself when its cause is gone.</p>
    </>
  );
}

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
                {alarms.length === 0 ? "There is no alarm." : `${countText(alarms.length, "alarm")}.`}
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
