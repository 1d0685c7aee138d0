// A question before an action that others feel: with a reason, and with a word to type where the action is dangerous.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Field } from "./field.tsx";
import { Failed } from "./states.tsx";

/** The label of a reason that the audit keeps. */
export const AUDIT_REASON = "Reason, for the audit";

interface ConfirmProps {
  title: string;
  /** The button, such as `Publish`. */
  action: string;
  /** What has to be typed; without it, a click is enough. */
  word?: string | undefined;
  /** The label of the reason, which is required; without it there is none. */
  reason?: string | undefined;
  /** What is wrong with the fields in `children`, which keeps the action from being done; null: nothing. */
  problem?: string | null | undefined;
  /** A failure is shown in the dialog; else the dialog closes. */
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
  children?: ComponentChildren;
}

/** Shown while it is rendered. The browser keeps the focus in it, closes it on Escape, and gives the focus back. */
export function Confirm(
  { title, action, word, reason: reasonLabel, problem = null, onConfirm, onClose, children }: ConfirmProps,
) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const wordError = word !== undefined && typed.trim() !== word ? `Type ${word} to confirm.` : null;
  const reasonError = reasonLabel !== undefined && reason.trim() === "" ? "A reason is required." : null;
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || problem || wordError || reasonError) return;
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm(reason.trim());
      dialog.current?.close();
    } catch (error) {
      setFailure({ error });
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <h2 id={id}>{title}</h2>
        {children}
        {isTried && problem && <p class="field-error" role="alert">{problem}</p>}
        {reasonLabel !== undefined && (
          <Field
            label={reasonLabel}
            value={reason}
            onValue={setReason}
            error={isTried ? reasonError : null}
          />
        )}
        {word !== undefined && (
          <Field
            label={`Type ${word} to confirm`}
            autoComplete="off"
            value={typed}
            onValue={setTyped}
            error={isTried ? wordError : null}
          />
        )}
        {failure && <Failed error={failure.error} />}
        <div class="buttons">
          <button type="submit" class={word === undefined ? "main" : "main danger"} disabled={isBusy}>
            {isBusy ? "One moment …" : action}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>Cancel</button>
        </div>
      </form>
    </dialog>
  );
}
