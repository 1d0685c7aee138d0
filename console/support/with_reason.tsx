// Asks for the reason of a look before anything is read.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Field } from "../parts/field.tsx";
import { useCaller } from "../shell/context.ts";
import { keepReason, newestReason, reasonFor } from "./reasons.ts";

/** A reason for the audit, with what the server would say about it. */
export function ReasonField(
  { value, onValue, error }: { value: string; onValue: (value: string) => void; error: string | null },
) {
  return (
    <Field
      label="Reason for looking"
      hint="It is kept in the audit, and the learner's timeline shows it. Write a ticket's number, and nothing personal."
      required
      maxLength={500}
      value={value}
      onValue={onValue}
      error={error}
    />
  );
}

/** `whom` names what is looked at; `children` is drawn with the reason that was given. */
export function WithReason(
  { whom, children }: { whom: string; children: (reason: string) => ComponentChildren },
) {
  const { id } = useCaller();
  const [given, setGiven] = useState(reasonFor(id, whom));
  const [text, setText] = useState(given ?? newestReason(id));
  const [isTried, setTried] = useState(false);
  if (given !== undefined) {
    return (
      <>
        <p class="reason">
          Reason for looking: {given}{" "}
          <button type="button" class="link" onClick={() => setGiven(undefined)}>Change the reason</button>
        </p>
        {children(given)}
      </>
    );
  }
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    const reason = text.trim();
    if (reason === "") return;
    keepReason(id, whom, reason);
    setGiven(reason);
  };
  return (
    <form onSubmit={submit} noValidate>
      <ReasonField
        value={text}
        onValue={setText}
        error={isTried && text.trim() === "" ? "A reason is required." : null}
      />
      <button type="submit" class="main">Look</button>
    </form>
  );
}
