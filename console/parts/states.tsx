// Loading, failed and empty: the same everywhere.
import type { ComponentChildren } from "preact";
import { describeFailure } from "../data/failure.ts";
import type { Loaded } from "../data/load.ts";

/** Until an answer is there. */
export function Loading() {
  return <p class="loading" role="status">Loading …</p>;
}

/** Nothing to show; the children say why, and what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A failure with its code, title and detail, and another try. */
export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { code, title, detail } = describeFailure(error);
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{title}</strong> <code>{code}</code>
      </p>
      {detail && <p>{detail}</p>}
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}

/** What `useLoad` has read, or how it stands. */
export function Show<T>(
  { of: loaded, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren },
) {
  if (loaded.kind === "loading") return <Loading />;
  if (loaded.kind === "failed") return <Failed error={loaded.error} retry={loaded.reload} />;
  return <div aria-busy={loaded.isReloading}>{children(loaded.data)}</div>;
}
