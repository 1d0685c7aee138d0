// Events of one learner that could not be applied, and what to do about each.
import { useState } from "preact/hooks";
import type { Quarantined, QuarantineState } from "../../client-contract/client/support.ts";
import { useLoad } from "../data/load.ts";
import { Select } from "../parts/field.tsx";
import { countText, inWords } from "../parts/format.ts";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { Decision, type DecisionKind } from "./decision.tsx";
import { LearnerFrame, type LearnerLook } from "./learner_frame.tsx";
import { Details, EventLink } from "./links.tsx";

const PAGE_ROWS = 50;
const STATUSES = [
  ["", "any state"],
  ["open", "needs a person"],
  ["held", "waits for the server"],
  ["superseded", "became an event"],
  ["discarded", "set aside"],
] as const;
const statusText = (status: string) => STATUSES.find(([one]) => one === status)?.[1] ?? status;

/** What can be done about a row, by its state. */
function decisionsOf({ status, code }: Quarantined): DecisionKind[] {
  if (status === "discarded") return ["restore"];
  if (status === "superseded") return [];
  return code === "id_conflict" ? ["mend", "replay", "new_id", "discard"] : ["mend", "replay", "discard"];
}

const DECISION_LABELS: Readonly<Record<DecisionKind, string>> = {
  mend: "Mend …",
  replay: "Replay …",
  new_id: "Replay under a new id …",
  discard: "Discard …",
  restore: "Restore …",
};

const columns = (
  decide: (row: Quarantined, kind: DecisionKind) => void,
): readonly Column<Quarantined>[] => [
  {
    label: "Event",
    cell: ({ event_id, id, learner_id, body, mended_body, batch_id, device_id, actions }) => (
      <>
        {event_id === null ? `text ${id.slice(0, 12)}…` : <EventLink event={event_id} learner={learner_id} />}
        <Details
          of={`text ${id.slice(0, 12)}`}
          value={{ id, batch_id, device_id, body, mended_body, actions }}
        />
      </>
    ),
  },
  {
    label: "Problem",
    cell: ({ code, field, origin, device_reason }) => (
      <>
        <code>{code}</code>
        {field !== null && (
          <>
            {" "}in <code>{field}</code>
          </>
        )}
        {origin === "dead_letter" && <p class="sub">given up by its device: {device_reason ?? "no reason"}
        </p>}
      </>
    ),
  },
  {
    label: "State",
    cell: ({ status, became_event, learner_id }) => (
      <>
        {statusText(status)}
        {became_event !== null && (
          <>
            {" "}
            <EventLink event={became_event} learner={learner_id} />
          </>
        )}
      </>
    ),
  },
  {
    label: "Last arrived",
    cell: ({ last_seen_at, times_seen }) => (
      <>
        <Time at={last_seen_at} />
        <p class="sub">seen {countText(times_seen, "time")}</p>
      </>
    ),
  },
  {
    label: "Decide",
    cell: (row) => {
      const kinds = decisionsOf(row);
      if (kinds.length === 0) return "–";
      return (
        <div class="choices">
          {kinds.map((kind) => (
            <button key={kind} type="button" onClick={() => decide(row, kind)}>
              {DECISION_LABELS[kind]}
              <span class="unseen">{` ${row.event_id ?? row.id.slice(0, 12)}`}</span>
            </button>
          ))}
        </div>
      );
    },
  },
];

/** How an event stands after a decision, as a sentence. */
function resultText({ status, code, became_event }: QuarantineState): string {
  if (status === "superseded") {
    return `The event was applied${became_event === null ? "" : ` as ${became_event}`}.`;
  }
  if (status === "discarded") return "The event was set aside.";
  return `The event still ${statusText(status)}${code === null ? "" : `: ${inWords(code)}`}.`;
}

function StuckEvents({ look, status, after }: { look: LearnerLook; status: string; after: string | null }) {
  const { support } = useApi();
  const { learner } = look;
  const [decision, setDecision] = useState<{ row: Quarantined; kind: DecisionKind } | null>(null);
  const known = (["open", "held", "superseded", "discarded"] as const).find((one) => one === status);
  const loaded = useLoad(
    JSON.stringify([look, status, after]),
    () =>
      support.quarantine({ ...look, with_status: known, after: after ?? undefined, page_rows: PAGE_ROWS }),
  );
  const done = (states: readonly QuarantineState[]) => {
    announce(
      states[0] ? resultText(states[0]) : "Nothing was changed: the event had been settled meanwhile.",
    );
    loaded.reload();
  };
  return (
    <>
      <div class="filters">
        <Select
          label="State"
          value={status}
          onValue={(value) =>
            goTo(linkTo(["support", "learners", learner, "quarantine"], { status: value || undefined }))}
          options={STATUSES}
        />
      </div>
      <Show of={loaded}>
        {(rows) => (
          <>
            <Table
              caption="Events that could not be applied, last arrived first"
              columns={columns((row, kind) => setDecision({ row, kind }))}
              rows={rows}
              rowKey={({ id }) => id}
              empty="No event of this learner is stuck."
            />
            <Pager
              what="stuck events"
              isFirst={after === null}
              next={rows.length === PAGE_ROWS ? rows.at(-1)?.cursor : undefined}
              linkOf={(cursor) =>
                linkTo(["support", "learners", learner, "quarantine"], {
                  status: status || undefined,
                  after: cursor,
                })}
            />
          </>
        )}
      </Show>
      {decision && (
        <Decision
          {...decision}
          isOpen={look.with_answers}
          onDone={done}
          onClose={() => setDecision(null)}
        />
      )}
    </>
  );
}

/** A learner's page. */
export function Stuck({ learner, query }: { learner: string; query: URLSearchParams }) {
  return (
    <LearnerFrame learner={learner} tab="quarantine" hasAnswers>
      {(look) => <StuckEvents look={look} status={query.get("status") ?? ""} after={query.get("after")} />}
    </LearnerFrame>
  );
}
