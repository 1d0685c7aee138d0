// What publishing the drafts would change for learners.
import { useLoad } from "../data/load.ts";
import { Empty, Show } from "../parts/states.tsx";
import { useApi } from "../shell/context.ts";
import { Changes } from "./changes.tsx";

const MOST_CHANGES = 200;

/** The preview of the drafts. */
export function Drafts() {
  const { content } = useApi();
  const preview = useLoad("preview", () => content.previewRelease(MOST_CHANGES));
  return (
    <Show of={preview}>
      {({ changes, base_version }) =>
        changes.length === 0
          ? <Empty>The drafts are the same as version {base_version}. There is nothing to publish.</Empty>
          : <Changes changes={changes} />}
    </Show>
  );
}
