// What needs a person: alarms with their cures. An admin acknowledges one while somebody is at work on it.
import { useState } from "preact/hooks";
import type { Alarm } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { AUDIT_REASON, Confirm } from "../parts/dialog.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { alarmTitle } from "./alarm_words.ts";

function Acknowledged({ alarm }: { alarm: Alarm }) {
  if (alarm.acknowledged_at === null) return <>not yet</>;
  return (
    <>
      <Time at={alarm.acknowledged_at} /> by <code>{alarm.acknowledged_by}</code>
      <p class="sub">{alarm.acknowledged_reason}</p>
    </>
  );
}

const READING: readonly Column<Alarm>[] = [
  { label: "Alarm", cell: alarmTitle },
  { label: "Since", cell: ({ since }) => <Time at={since} /> },
  { label: "What is wrong, and the cure", cell: ({ detail }) => detail },
  { label: "Acknowledged", cell: (alarm) => <Acknowledged alarm={alarm} /> },
];
const columns = (choose: (alarm: Alarm) => void): readonly Column<Alarm>[] => [...READING, {
  label: "Decide",
  cell: (alarm) =>
    alarm.acknowledged_at === null && (
      <button type="button" onClick={() => choose(alarm)}>
        Acknowledge …<span class="unseen">{` ${alarmTitle(alarm)}`}</span>
      </button>
    ),
}];

/** All alarms; those that nobody has acknowledged come first. */
export function Alarms() {
  const { operator } = useApi();
  const { role } = useCaller();
  const [chosen, setChosen] = useState<Alarm | null>(null);
  const loaded = useLoad("alarms", () => operator.alarms());
  const acknowledge = async ({ name, subject }: Alarm, reason: string) => {
    await operator.acknowledgeAlarm({ alarm: name, subject, reason });
    announce("The alarm is acknowledged. Its alert ends within five minutes.");
    loaded.reload();
  };
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={loaded.reload}>Read again</button>
      </div>
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="What needs a person now"
            columns={role === "admin" ? columns(setChosen) : READING}
            rows={rows}
            rowKey={({ name, subject }) => `${name} ${subject}`}
            empty="There is no alarm."
          />
        )}
      </Show>
      <p>
        An alarm ends by itself when its cause is gone.{" "}
        {role === "admin" ? "" : "An administrator can acknowledge it."}
      </p>
      {chosen && (
        <Confirm
          title={`Acknowledge ${alarmTitle(chosen)}`}
          action="Acknowledge"
          reason={AUDIT_REASON}
          onConfirm={(reason) => acknowledge(chosen, reason)}
          onClose={() => setChosen(null)}
        >
          <p>
            Say who is at work on the cause. The alert ends, and the alarm stays in this list until its cause
            is gone. When it recurs, or a later case is added, it is an alarm anew.
          </p>
        </Confirm>
      )}
    </>
  );
}
