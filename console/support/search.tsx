// Finds a learner by whatever somebody quotes: an id, an e-mail address, a device, an event or a batch.
import { useState } from "preact/hooks";
import type { FoundLearner } from "../../client-contract/client/support_look.ts";
import { useLoad } from "../data/load.ts";
import { Field } from "../parts/field.tsx";
import { numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi, useCaller } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { learnerLink } from "./links.tsx";
import { keepReason, newestReason, reasonFor } from "./reasons.ts";
import { ReasonField } from "./with_reason.tsx";

const MATCHES: Readonly<Record<FoundLearner["matched"], string>> = {
  learner: "id of the learner",
  device: "id of a device",
  batch: "id of a batch",
  event: "id of an event",
  email: "e-mail address",
};
const STATES: Readonly<Record<NonNullable<FoundLearner["state"]>, string>> = {
  present: "has data here",
  never_synced: "has never synced",
  adopted: "was joined to an account",
  account_deleted: "account deleted, data still here",
  erasing: "is being erased",
  erased: "is erased",
};

const columns = (query: string): readonly Column<FoundLearner>[] => [
  { label: "Learner", cell: ({ learner_id }) => <a href={learnerLink(learner_id)}>{learner_id}</a> },
  { label: "Found by", cell: ({ matched }) => MATCHES[matched] },
  {
    label: "State",
    cell: ({ state, adopted_by }) => (
      <>
        {state === null ? "unknown here" : STATES[state]}
        {adopted_by !== null && (
          <>
            {" "}(<a href={learnerLink(adopted_by)}>the account</a>)
          </>
        )}
      </>
    ),
  },
  { label: "Last seen", cell: ({ last_seen_at }) => <Time at={last_seen_at} /> },
  { label: "Devices", cell: ({ devices }) => numberText(devices), isNumber: true },
  {
    label: "Stuck events",
    cell: ({ waiting, learner_id }) =>
      waiting === 0 ? "0" : <a href={learnerLink(learner_id, "quarantine")}>{numberText(waiting)}</a>,
    isNumber: true,
  },
  {
    label: "Event",
    cell: ({ matched, learner_id }) =>
      matched === "event"
        ? (
          <a href={linkTo(["support", "event"], { event: query, learner: learner_id })}>
            What happened to it
          </a>
        )
        : "–",
  },
];

function Found({ query, reason }: { query: string; reason: string }) {
  const { support } = useApi();
  const loaded = useLoad(`find ${query} ${reason}`, () => support.find({ query, reason }));
  return (
    <Show of={loaded}>
      {(rows) => (
        <Table
          caption="Learners who were found"
          columns={columns(query)}
          rows={rows}
          rowKey={({ learner_id, matched }) => `${learner_id} ${matched}`}
          empty="No learner was found. An event is found by its id alone if it arrived within eight days after it was made; otherwise look up the learner first."
        />
      )}
    </Show>
  );
}

/** The search; the text is part of the address, the reason is not. */
export function Search({ query }: { query: string | null }) {
  const { id } = useCaller();
  const [text, setText] = useState(query ?? "");
  const given = reasonFor(id, "search");
  const [reason, setReason] = useState(given ?? newestReason(id));
  const [asked, setAsked] = useState(given);
  const [isTried, setTried] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (text.trim() === "" || reason.trim() === "") return;
    keepReason(id, "search", reason.trim());
    setAsked(reason.trim());
    goTo(linkTo(["support"], { q: text.trim() }));
  };
  return (
    <>
      <form onSubmit={submit} noValidate role="search">
        <Field
          label="Find a learner"
          type="search"
          hint="The id of a learner, device, event or batch, or an e-mail address."
          required
          value={text}
          onValue={setText}
          error={isTried && text.trim() === "" ? "Something to look for is required." : null}
        />
        <ReasonField
          value={reason}
          onValue={setReason}
          error={isTried && reason.trim() === "" ? "A reason is required." : null}
        />
        <button type="submit" class="main">Find</button>
      </form>
      {query !== null && asked !== undefined && <Found key={query} query={query} reason={asked} />}
    </>
  );
}
