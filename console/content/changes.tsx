// The changes of a preview, grouped by what happens to the row, each field before and after.
import type { ReleaseChange } from "../../client-contract/contract/release.ts";
import { ValueDiff } from "../parts/diff.tsx";
import { countText, inWords } from "../parts/format.ts";

const GROUPS = [
  { op: "update", title: "Changed" },
  { op: "insert", title: "New" },
  { op: "delete", title: "Withdrawn" },
] as const;

function Change({ change: { kind, key, type, fields } }: { change: ReleaseChange }) {
  return (
    <article class="change">
      <h3>
        {key} <span class="kind">{inWords(type ?? kind)}</span>
      </h3>
      {fields && (
        <dl>
          {Object.entries(fields).map(([name, { before, after }]) => (
            <div key={name}>
              <dt>{inWords(name)}</dt>
              <dd>
                <ValueDiff before={before} after={after} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  );
}

/** All changes that the preview names. */
export function Changes({ changes }: { changes: readonly ReleaseChange[] }) {
  return (
    <>
      {GROUPS.map(({ op, title }) => {
        const own = changes.filter((change) => change.op === op);
        if (own.length === 0) return null;
        return (
          <section key={op} aria-label={title}>
            <h2>
              {title}: {countText(own.length, "row")}
            </h2>
            {own.map((change) => <Change key={`${change.kind} ${change.id}`} change={change} />)}
          </section>
        );
      })}
    </>
  );
}
