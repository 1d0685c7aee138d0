// The minimal client within the runner's process, with its state in memory.
import { type Host, inProcess } from "../../conformance/adapter/host.ts";
import { minimalAdapter } from "./adapter.ts";
import type { App, Client } from "./client.ts";
import { EMPTY, type State, type Store } from "./state.ts";

function keptStore(kept: Map<string, unknown>): Store {
  return {
    load: () => structuredClone((kept.get("state") as State | undefined) ?? EMPTY),
    save: (state) => void kept.set("state", state),
  };
}

/** Minimal clients in this process; `make` gives another one in its place. */
export const minimalHost = (make?: (app: App, store: Store) => Client): Host =>
  inProcess(({ fetch, kept }) =>
    minimalAdapter({ fetch, openStore: () => keptStore(kept), ...make ? { make } : {} })
  );
