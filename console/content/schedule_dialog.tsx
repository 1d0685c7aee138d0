// Schedules what the preview has shown.
import { useState } from "preact/hooks";
import { Confirm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { timeText } from "../parts/format.ts";
import { useApi } from "../shell/context.ts";
import { ForceNote, forceWord, type PreviewDialogProps } from "./publish_dialog.tsx";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Asks for time and note. */
export function ScheduleDialog({ preview, onDone, onClose }: PreviewDialogProps) {
  const { content } = useApi();
  const [local, setLocal] = useState("");
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | null>(null);
  const schedule = async () => {
    // A browser reads a time without a zone as local time.
    const at = new Date(local);
    if (Number.isNaN(at.getTime())) {
      setError("A time is required.");
      throw new Error("Choose the time at which the release is published.");
    }
    setError(null);
    const { due_at } = await content.scheduleRelease({
      at: at.toISOString(),
      expected_hash: preview.hash,
      force: preview.needs_force,
      note: note.trim() || undefined,
    });
    onDone(
      `It is scheduled for ${timeText(due_at)}. Do not edit drafts before: then nothing would be published.`,
    );
  };
  return (
    <Confirm
      title="Schedule these changes"
      action="Schedule"
      word={forceWord(preview)}
      onConfirm={schedule}
      onClose={onClose}
    >
      <p>
        A job publishes this preview at its time. If a draft changes in between, it publishes nothing and says
        so.
      </p>
      <ForceNote preview={preview} />
      <Field
        label="Time"
        type="datetime-local"
        hint={`In your time zone, ${ZONE}.`}
        required
        error={error}
        value={local}
        onValue={setLocal}
      />
      <Field label="Note" maxLength={500} value={note} onValue={setNote} />
    </Confirm>
  );
}
