// What waits in quarantine, by code; after a fix of the server all events of a code are replayed.
import { useState } from "preact/hooks";
import type { QuarantineCount } from "../../client-contract/client/operator.ts";
import { useLoad } from "../data/load.ts";
import { AUDIT_REASON, Confirm } from "../parts/dialog.tsx";
import { countText, numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";
import { replayAll } from "./replay_all.ts";

const columns = (replay: (code: string) => void): readonly Column<QuarantineCount>[] => [
  { label: "Code", cell: ({ code }) => <code>{code}</code>, sort: ({ code }) => code },
  {
    label: "State",
    cell: ({ status }) => status === "open" ? "needs a person" : "waits until the server knows more",
  },
  { label: "Events", cell: ({ events }) => numberText(events), sort: ({ events }) => events, isNumber: true },
  {
    label: "Learners",
    cell: ({ learners }) => numberText(learners),
    sort: ({ learners }) => learners,
    isNumber: true,
  },
  { label: "Oldest", cell: ({ oldest_at }) => <Time at={oldest_at} />, sort: ({ oldest_at }) => oldest_at },
  { label: "Newest", cell: ({ newest_at }) => <Time at={newest_at} /> },
  {
    label: "Decide",
    cell: ({ code }) => (
      <div class="choices">
        <a href={linkTo(["support", "errors"], { code, hours: "744" })}>
          Whose<span class="unseen">{` events have ${code}`}</span>
        </a>
        <button type="button" onClick={() => replay(code)}>
          Replay …<span class="unseen">{` ${code}`}</span>
        </button>
      </div>
    ),
  },
];

/** Counts by code. */
export function Quarantine() {
  const { operator, support } = useApi();
  const [code, setCode] = useState<string | null>(null);
  const loaded = useLoad("quarantine counts", () => operator.quarantineCounts());
  const replay = async (chosen: string, reason: string) => {
    const { applied, remaining } = await replayAll(support, chosen, reason);
    announce(
      `${countText(applied, "event")} applied.${
        remaining > 0 ? ` ${countText(remaining, "event")} of learners who are syncing remain.` : ""
      }`,
    );
    loaded.reload();
  };
  return (
    <>
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="Events that wait, by code; counted to 100,000"
            columns={columns(setCode)}
            rows={rows}
            rowKey={(row) => `${row.code} ${row.status}`}
            empty="No event waits in quarantine."
          />
        )}
      </Show>
      {code !== null && (
        <Confirm
          title="Replay all events of a code"
          action="Replay"
          word={code}
          reason={AUDIT_REASON}
          onConfirm={(reason) => replay(code, reason)}
          onClose={() => setCode(null)}
        >
          <p>
            All waiting events with the code <code>{code}</code>{" "}
            are sent through ingest again, for all learners. Do it after the server was fixed: otherwise they
            wait on.
          </p>
        </Confirm>
      )}
    </>
  );
}
