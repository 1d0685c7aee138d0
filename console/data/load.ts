// Reads data for a page: loading, ready or failed, and again on request.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** How a read stands. */
export type Loaded<T> =
  & { /** Reads again. What is shown stays until the answer. */ reload(): void }
  & ({ kind: "loading" } | { kind: "failed"; error: unknown } | {
    kind: "ready";
    data: T;
    isReloading: boolean;
  });

type State<T> =
  & { key: string }
  & ({ kind: "loading" } | { kind: "failed"; error: unknown } | {
    kind: "ready";
    data: T;
    isReloading: boolean;
  });

/** Reads when the component appears, and whenever `key` changes: it names all that the read depends on. */
export function useLoad<T>(key: string, read: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, kind: "loading" });
  // The answer to a read that was overtaken by a newer one is dropped.
  const newest = useRef(0);
  const start = useCallback(() => {
    const number = ++newest.current;
    setState((now) =>
      now.key === key && now.kind === "ready" ? { ...now, isReloading: true } : { key, kind: "loading" }
    );
    const settle = (next: State<T>) => {
      if (number === newest.current) setState(next);
    };
    read().then(
      (data) => settle({ key, kind: "ready", data, isReloading: false }),
      (error) => settle({ key, kind: "failed", error }),
    );
  }, [key]);
  useEffect(() => {
    start();
    return () => void newest.current++;
  }, [start]);
  const shown: State<T> = state.key === key ? state : { key, kind: "loading" };
  return { ...shown, reload: start };
}

/** All rows of a call that answers by pages: it goes on from the last row's cursor until a page is empty. */
export async function readAll<T extends { cursor: string }>(
  readPage: (after: string | undefined) => Promise<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (;;) {
    const page = await readPage(rows.at(-1)?.cursor);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}
