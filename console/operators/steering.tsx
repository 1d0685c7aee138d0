// What the server asks of apps: the kill switch, polling, batches and retries. Support reads it, admins change it.
import { useState } from "preact/hooks";
import type { SteeringRow } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { ChangeSteering, PauseSteering, RemoveSteering, ResumeSteering } from "./steering_dialogs.tsx";
import { pauseText, rangeText, settingTexts } from "./steering_words.ts";

type Action = "change" | "pause" | "resume" | "remove" | "add";
interface Chosen {
  action: Action;
  /** Null: a row that is added. */
  row: SteeringRow | null;
}

const isDefaults = (row: SteeringRow) => rangeText(row) === "all apps";

function actionsOf(row: SteeringRow): [Action, string][] {
  const own: [Action, string][] = [
    ["change", "Change …"],
    row.paused === true ? ["resume", "End the pause …"] : ["pause", "Pause …"],
  ];
  return isDefaults(row) ? own : [...own, ["remove", "Remove …"]];
}

const READING: readonly Column<SteeringRow>[] = [
  {
    label: "Apps",
    cell: (row) => (
      <>
        {rangeText(row)}
        {row.note !== null && <p class="sub">{row.note}</p>}
      </>
    ),
  },
  {
    label: "Sync",
    cell: (row) => (
      <span class={`status status-${row.paused === true ? "failing" : "ok"}`}>{pauseText(row)}</span>
    ),
  },
  {
    label: "Settings",
    cell: (row) => {
      const texts = settingTexts(row);
      if (texts.length === 0) return "none of its own";
      return (
        <ul class="plain">
          {texts.map((text) => <li key={text}>{text}</li>)}
        </ul>
      );
    },
  },
];

const columns = (choose: (chosen: Chosen) => void): readonly Column<SteeringRow>[] => [
  ...READING,
  {
    label: "Decide",
    cell: (row) => (
      <div class="choices">
        {actionsOf(row).map(([action, label]) => (
          <button
            key={action}
            type="button"
            onClick={() => choose({ action, row })}
          >
            {label}
            <span class="unseen">{` ${rangeText(row)}`}</span>
          </button>
        ))}
      </div>
    ),
  },
];

function Dialog(
  { chosen: { action, row }, ...more }: {
    chosen: Chosen;
    onDone: (text: string) => void;
    onClose: () => void;
  },
) {
  if (action === "add" || row === null) return <ChangeSteering row={null} {...more} />;
  if (action === "change") return <ChangeSteering row={row} {...more} />;
  if (action === "pause") return <PauseSteering row={row} {...more} />;
  if (action === "resume") return <ResumeSteering row={row} {...more} />;
  return <RemoveSteering row={row} {...more} />;
}

/** The rows, and for admins what changes them. */
export function Steering() {
  const { operator } = useApi();
  const { role } = useCaller();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const loaded = useLoad("steering", () => operator.steeringRows({ page_rows: 500 }));
  const done = (text: string) => {
    announce(text);
    loaded.reload();
  };
  const mayChange = role === "admin";
  return (
    <>
      <p>
        An app gets each setting from the most specific row that has it, with its next sync.{" "}
        {mayChange ? "" : "An administrator can change the rows."}
      </p>
      {mayChange && (
        <div class="buttons">
          <button type="button" onClick={() => setChosen({ action: "add", row: null })}>Add a row …</button>
        </div>
      )}
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="Steering, the defaults first"
            columns={mayChange ? columns(setChosen) : READING}
            rows={rows}
            rowKey={({ id }) => String(id)}
            empty="There is no row."
          />
        )}
      </Show>
      {chosen && <Dialog chosen={chosen} onDone={done} onClose={() => setChosen(null)} />}
    </>
  );
}
