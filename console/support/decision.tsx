// A decision about a stuck event: mend, replay, discard or restore it, with a reason and a typed word.
import { useState } from "preact/hooks";
import type { Quarantined, QuarantineState, SupportRpc } from "../../client-contract/client/support.ts";
import { Confirm } from "../parts/dialog.tsx";
import { TextArea } from "../parts/field.tsx";
import { useApi } from "../shell/context.ts";
import { editable, readObject } from "./event_text.ts";

/** What can be decided. */
export type DecisionKind = "mend" | "replay" | "new_id" | "discard" | "restore";

const TEXTS: Readonly<Record<DecisionKind, { title: string; action: string; word: string; about: string }>> =
  {
    mend: {
      title: "Mend the event",
      action: "Mend and replay",
      word: "mend",
      about: "The corrected text is sent through ingest. The original and all texts in between are kept.",
    },
    replay: {
      title: "Replay the event",
      action: "Replay",
      word: "replay",
      about: "The event is sent through ingest again as it is. This helps after a fix of the server.",
    },
    new_id: {
      title: "Replay the event under a new id",
      action: "Replay",
      word: "replay",
      about:
        "Another event has taken the id. The event gets a new id, which derives from its text, and counts once.",
    },
    discard: {
      title: "Discard the event",
      action: "Discard",
      word: "discard",
      about: "The event is set aside and does not count. It is kept, and can be restored.",
    },
    restore: {
      title: "Restore the event",
      action: "Restore",
      word: "restore",
      about: "The event waits for a decision again.",
    },
  };

async function decide(
  support: SupportRpc,
  { learner_id: learner, id }: Quarantined,
  kind: DecisionKind,
  reason: string,
  mended: object | null,
): Promise<QuarantineState[]> {
  switch (kind) {
    case "mend":
      if (!mended) throw new Error("The text must be a JSON object.");
      return [await support.mend({ learner, id, mended, reason })];
    case "replay":
    case "new_id":
      return (await support.replay({ learner, ids: [id], as_new_id: kind === "new_id", reason })).states;
    case "discard":
      return await support.discard({ learner, ids: [id], reason });
    case "restore":
      return await support.restore({ learner, ids: [id], reason });
  }
}

/** `isOpen`: the row was read with the content of answers. A hidden text can't be mended, for what is hidden would be lost. */
export function Decision(
  { row, kind, isOpen, onDone, onClose }: {
    row: Quarantined;
    kind: DecisionKind;
    isOpen: boolean;
    onDone: (states: readonly QuarantineState[]) => void;
    onClose: () => void;
  },
) {
  const { support } = useApi();
  const [text, setText] = useState(editable(row));
  const { title, action, word, about } = TEXTS[kind];
  const mended = kind === "mend" ? readObject(text) : null;
  if (kind === "mend" && !isOpen) {
    return (
      <Confirm title={title} action="Close" onConfirm={() => Promise.resolve()} onClose={onClose}>
        <p>
          The text of this event is hidden, so it can't be corrected. Show the content of answers first, which
          needs a grant by an administrator.
        </p>
      </Confirm>
    );
  }
  return (
    <Confirm
      title={title}
      action={action}
      word={word}
      reason="Reason, for the audit"
      problem={kind === "mend" && mended === null ? "The text must be a JSON object." : null}
      onConfirm={async (reason) => onDone(await decide(support, row, kind, reason, mended))}
      onClose={onClose}
    >
      <p>{about}</p>
      {kind === "mend" && (
        <TextArea
          label="Corrected event"
          value={text}
          onValue={setText}
          rows={12}
        />
      )}
    </Confirm>
  );
}
