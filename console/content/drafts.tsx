// What publishing the drafts would change for learners, and the way to publish exactly that.
import { useState } from "preact/hooks";
import type { ReleasePreview } from "../../client-contract/contract/release.ts";
import { useLoad } from "../data/load.ts";
import { countText, inWords, shareText } from "../parts/format.ts";
import { Empty, Show } from "../parts/states.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { Changes } from "./changes.tsx";
import { PublishDialog } from "./publish_dialog.tsx";
import { ScheduleDialog } from "./schedule_dialog.tsx";

const MOST_CHANGES = 200;

function Problems({ problems }: Pick<ReleasePreview, "problems">) {
  if (problems.length === 0) return null;
  return (
    <section class="problem" aria-label="Problems">
      <p>
        <strong>These drafts can't be published.</strong> Mend them first:
      </p>
      <ul>
        {problems.map(({ problem, kind, id, key }) => (
          <li key={`${problem} ${id}`}>
            {inWords(kind)} <strong>{key}</strong>: {inWords(problem)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Warnings({ warnings }: Pick<ReleasePreview, "warnings">) {
  if (warnings.length === 0) return null;
  return (
    <section class="note" aria-label="Warnings">
      <p>
        <strong>Is this what you meant?</strong> These edits are allowed, and often a mistake:
      </p>
      <ul>
        {warnings.map(({ warning, count, examples }) => (
          <li key={warning}>
            {inWords(warning)}: {countText(count, "question")}
            <ul>
              {examples.map(({ id, key, detail }) => (
                <li key={id}>
                  <strong>{key}</strong>: {detail}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Summary(
  { preview: { base_version, upserts, deletes, delete_share, changes } }: { preview: ReleasePreview },
) {
  const hidden = upserts + deletes - changes.length;
  return (
    <p>
      Against version {base_version}: {countText(upserts, "row")} written, {countText(deletes, "row")}{" "}
      withdrawn ({shareText(delete_share)} of what is published).
      {hidden > 0 && ` The first ${changes.length} are shown.`}
    </p>
  );
}

/** The preview of the drafts. */
export function Drafts() {
  const { content } = useApi();
  const preview = useLoad("preview", () => content.previewRelease(MOST_CHANGES));
  const [dialog, setDialog] = useState<"publish" | "schedule" | null>(null);
  const close = () => setDialog(null);
  const done = (text: string) => {
    announce(text);
    preview.reload();
  };
  return (
    <Show of={preview}>
      {(data) => {
        if (data.upserts + data.deletes === 0 && data.problems.length === 0) {
          return (
            <Empty>
              The drafts are the same as version{" "}
              {data.base_version}. Edit them in Studio, or import a file; then there is something to publish.
            </Empty>
          );
        }
        const isReady = data.problems.length === 0;
        return (
          <>
            <Summary preview={data} />
            <Problems problems={data.problems} />
            <Warnings warnings={data.warnings} />
            <div class="buttons">
              <button type="button" class="main" disabled={!isReady} onClick={() => setDialog("publish")}>
                Publish …
              </button>
              <button type="button" disabled={!isReady} onClick={() => setDialog("schedule")}>
                Schedule …
              </button>
              <button type="button" onClick={preview.reload}>Compare again</button>
            </div>
            <Changes changes={data.changes} />
            {dialog === "publish" && <PublishDialog preview={data} onDone={done} onClose={close} />}
            {dialog === "schedule" && <ScheduleDialog preview={data} onDone={done} onClose={close} />}
          </>
        );
      }}
    </Show>
  );
}
