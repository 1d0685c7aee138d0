// What every page may ask for: the project's functions, and who is signed in.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api } from "../data/api.ts";
import type { Caller } from "../data/session.ts";

/** Set by the shell around the pages. */
export const Shell = createContext<{ api: Api; caller: Caller } | null>(null);

function useShell() {
  const shell = useContext(Shell);
  if (!shell) throw new Error("A page is drawn inside the shell.");
  return shell;
}

/** The project's functions. */
export const useApi = (): Api => useShell().api;
/** Who is signed in. */
export const useCaller = (): Caller => useShell().caller;
