// What happened to an event: one answer in words.
import { useState } from "preact/hooks";
import type { EventFate } from "../../client-contract/client/support_look.ts";
import { useLoad } from "../data/load.ts";
import { Field } from "../parts/field.tsx";
import { inWords } from "../parts/format.ts";
import { Empty, Show } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { Details, learnerLink } from "./links.tsx";
import { WithReason } from "./with_reason.tsx";

const STATES: Readonly<Record<EventFate["state"], string>> = {
  applied: "Applied",
  voided: "Applied, and voided by support",
  quarantined: "In quarantine",
  dead_letter: "Given up by its device, and handed in",
  discarded: "Set aside by support",
  superseded: "Became another event",
  given_up: "Given up by its device",
  erased: "Erased",
  never_arrived: "Not here",
};

function Fate({ fate }: { fate: EventFate }) {
  const {
    learner_id,
    event_id,
    state,
    summary,
    type,
    code,
    made_at,
    received_at,
    device_id,
    batch_id,
    changed,
  } = fate;
  return (
    <section class="fate" aria-label={`Event ${event_id}`}>
      <h2>{STATES[state]}</h2>
      <p>{summary}</p>
      <dl>
        <dt>Learner</dt>
        <dd>{learner_id === null ? "unknown" : <a href={learnerLink(learner_id)}>{learner_id}</a>}</dd>
        <dt>Type</dt>
        <dd>{type ?? "unknown"}</dd>
        {code !== null && (
          <>
            <dt>Error code</dt>
            <dd>
              <code>{code}</code>
            </dd>
          </>
        )}
        <dt>Made, by the device's clock</dt>
        <dd>
          <Time at={made_at} />
        </dd>
        <dt>Received</dt>
        <dd>{received_at === null ? "not received" : <Time at={received_at} />}</dd>
        <dt>Device</dt>
        <dd>{device_id ?? "unknown"}</dd>
        <dt>Batch</dt>
        <dd>{batch_id ?? "unknown"}</dd>
        <dt>Changed</dt>
        <dd>
          {changed === null || changed.length === 0
            ? "nothing"
            : changed.map(({ kind, id, counts, voided_at }) =>
              `${inWords(kind)} ${id}${counts === false ? ", does not count" : ""}${
                voided_at === undefined ? "" : ", voided"
              }`
            ).join("; ")}
        </dd>
      </dl>
      {fate.body !== null && fate.body !== undefined && (
        <Details
          of={`event ${event_id}`}
          value={fate.body}
        />
      )}
      {learner_id !== null && ["quarantined", "dead_letter", "discarded"].includes(state) && (
        <p>
          <a href={learnerLink(learner_id, "quarantine")}>Mend, replay or discard it</a>
        </p>
      )}
    </section>
  );
}

function Fates({ event, learner, reason }: { event: string; learner: string | undefined; reason: string }) {
  const { support } = useApi();
  const [isOpen, setOpen] = useState(false);
  const loaded = useLoad(
    JSON.stringify([event, learner, reason, isOpen]),
    () => support.event({ event, learner, reason, with_answers: isOpen }),
  );
  return (
    <>
      <p class="note">
        {isOpen
          ? "The content of answers is asked for, which needs a grant. "
          : "The content of answers is hidden. "}
        <button type="button" class="link" onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide the content of answers" : "Show the content of answers"}
        </button>
      </p>
      <Show of={loaded}>
        {(fates) =>
          fates.length === 0
            ? <Empty>There is no answer.</Empty>
            : fates.map((fate) => <Fate key={fate.learner_id} fate={fate} />)}
      </Show>
    </>
  );
}

/** The question and its answer; both ids are part of the address. */
export function EventPage({ event, learner }: { event: string | null; learner: string | null }) {
  const [text, setText] = useState(event ?? "");
  const [who, setWho] = useState(learner ?? "");
  const submit = (submitted: Event) => {
    submitted.preventDefault();
    if (text.trim() === "") return;
    goTo(linkTo(["support", "event"], { event: text.trim(), learner: who.trim() || undefined }));
  };
  return (
    <>
      <form onSubmit={submit}>
        <Field label="Event" hint="Its id, a ULID." required value={text} onValue={setText} />
        <Field
          label="Learner"
          hint="Optional. Needed for an event that arrived more than eight days after it was made."
          value={who}
          onValue={setWho}
        />
        <button type="submit" class="main">Ask what happened</button>
      </form>
      {event !== null && (
        <WithReason key={learner ?? event} whom={learner ?? event}>
          {(reason) => <Fates event={event} learner={learner ?? undefined} reason={reason} />}
        </WithReason>
      )}
    </>
  );
}
