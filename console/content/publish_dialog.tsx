// Publishes what the preview has shown. A release that withdraws much needs a typed word.
import { useState } from "preact/hooks";
import type { ReleasePreview } from "../../client-contract/contract/release.ts";
import { Confirm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { countText, shareText } from "../parts/format.ts";
import { useApi } from "../shell/context.ts";

/** What the dialogs about a preview are given. */
export interface PreviewDialogProps {
  preview: ReleasePreview;
  /** Called with the result in words. */
  onDone: (text: string) => void;
  onClose: () => void;
}

/** What is typed before a release that withdraws a large share. */
export function forceWord({ needs_force, deletes }: ReleasePreview): string | undefined {
  return needs_force ? `withdraw ${deletes}` : undefined;
}

/** Says what a large share means. */
export function ForceNote({ preview }: { preview: ReleasePreview }) {
  if (!preview.needs_force) return null;
  return (
    <p class="note">
      This withdraws {countText(preview.deletes, "row")}, {shareText(preview.delete_share)}{" "}
      of what is published. Devices delete them.
    </p>
  );
}

/** Asks for the note. */
export function PublishDialog({ preview, onDone, onClose }: PreviewDialogProps) {
  const { content } = useApi();
  const [note, setNote] = useState("");
  const publish = async () => {
    const { version, published } = await content.publishRelease({
      expected_hash: preview.hash,
      force: preview.needs_force,
      note: note.trim() || undefined,
    });
    onDone(published ? `Version ${version} is published.` : `Version ${version} has these changes already.`);
  };
  return (
    <Confirm
      title="Publish these changes"
      action="Publish"
      word={forceWord(preview)}
      onConfirm={publish}
      onClose={onClose}
    >
      <p>Every device downloads them. If a draft has changed since this preview, nothing is published.</p>
      <ForceNote preview={preview} />
      <Field
        label="Note"
        hint="For the history, such as: Tides, better explained"
        maxLength={500}
        value={note}
        onValue={setNote}
      />
    </Confirm>
  );
}
