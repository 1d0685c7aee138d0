// All releases, and the way back to an earlier one.
import { useState } from "preact/hooks";
import { ProblemError } from "../../client-contract/client/client_error.ts";
import type { Release } from "../../client-contract/contract/release.ts";
import { useLoad } from "../data/load.ts";
import { numbers, times } from "../parts/columns.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";

const PAGE_ROWS = 50;

const COLUMNS: readonly Column<Release>[] = [
  { label: "Version", cell: ({ version }) => version, sort: ({ version }) => version },
  times("Published", ({ published_at }) => published_at),
  {
    label: "Note",
    cell: ({ note, rollback_to, schedule_id }) => [
      note ?? "–",
      rollback_to !== null && ` (back to ${rollback_to})`,
      schedule_id !== null && ` (schedule ${schedule_id})`,
    ],
  },
  numbers("Written", ({ upserts }) => upserts),
  numbers("Withdrawn", ({ deletes }) => deletes),
  numbers("Questions", ({ questions }) => questions),
];

function RollbackDialog(
  { to, onDone, onClose }: { to: number; onDone: (text: string) => void; onClose: () => void },
) {
  const { content } = useApi();
  const [note, setNote] = useState("");
  const [needsForce, setNeedsForce] = useState(false);
  const rollBack = async () => {
    try {
      const parameters = { to_version: to, note: note.trim() || undefined, force: needsForce };
      const { version, published } = await content.rollbackRelease(parameters);
      onDone(
        published
          ? `Version ${version} has the content of version ${to}.`
          : `The drafts are those of version ${to} again.`,
      );
    } catch (error) {
      if (error instanceof ProblemError && error.code === "release_needs_force") setNeedsForce(true);
      throw error;
    }
  };
  return (
    <Confirm
      title={`Roll back to version ${to}`}
      action="Roll back"
      word={needsForce ? `withdraw and roll back to ${to}` : `roll back to ${to}`}
      onConfirm={rollBack}
      onClose={onClose}
    >
      <p>
        This publishes the content of version {to}{" "}
        as a new version. The drafts go back, too; what they hold now is kept on the shelf.
      </p>
      {needsForce && (
        <p class="note">
          It withdraws a large share of what is published. Type the longer text to do it all the same.
        </p>
      )}
      <Field
        label="Note"
        hint="For the history, such as: The tides were wrong"
        maxLength={500}
        value={note}
        onValue={setNote}
      />
    </Confirm>
  );
}

/** A page of releases, newest first. */
export function Releases({ before }: { before: string | null }) {
  const { content } = useApi();
  const loaded = useLoad(
    `releases ${before}`,
    () =>
      content.releaseHistory({
        before_version: before === null ? undefined : Number(before),
        page_rows: PAGE_ROWS,
      }),
  );
  const [to, setTo] = useState<number | null>(null);
  const done = (text: string) => {
    announce(text);
    loaded.reload();
  };
  const action: Column<Release> = {
    label: "Action",
    cell: ({ version }) => (
      <button
        type="button"
        aria-label={`Roll back to version ${version}`}
        onClick={() => setTo(version)}
      >
        Roll back …
      </button>
    ),
  };
  return (
    <Show of={loaded}>
      {(rows) => (
        <>
          <Table
            caption="Releases, newest first"
            columns={[...COLUMNS, action]}
            rows={rows}
            rowKey={({ version }) => String(version)}
            empty="Nothing was published yet. The page Drafts publishes the first version."
          />
          <Pager
            what="releases"
            isFirst={before === null}
            next={rows.length === PAGE_ROWS ? String(rows.at(-1)?.version) : undefined}
            linkOf={(cursor) => linkTo(["content", "releases"], { before: cursor })}
          />
          {to !== null && <RollbackDialog to={to} onDone={done} onClose={() => setTo(null)} />}
        </>
      )}
    </Show>
  );
}
