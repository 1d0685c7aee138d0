// Which cell a learner's requests go to. A cell is a whole project; a learner lives in one, and may be moved to another. The client asks the home
// cell first, and follows an answer `moved` only to a cell that it has reason to trust: the request carries the learner's token.
import type { ProblemError } from "./client_error.ts";

/** Where the cell of the learner is kept. */
export interface CellStore {
  /** The URL that was stored last; null: the home cell. */
  get(): string | null;
  /** Stores a URL, or null for the home cell. */
  set(url: string | null): void;
}

/** What is known of the cells. */
export interface KnownCells {
  /** The URL that the app was built with: the default cell, whose map knows every learner. */
  home: string;
  /** Cells that the app trusts besides; usually none. */
  trusted?: readonly string[] | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** The base of a URL without a slash at its end; null for what is no base of a cell, or sends a token over the network in clear. */
function baseOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, origin, username, password, pathname, search, hash } = new URL(url);
  if (username + password + search + hash !== "" || pathname !== "/") return null;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname)) ? origin : null;
}

/** A URL without slashes at its end, as the app gave it. */
const trimmed = (url: string): string => url.replace(/\/+$/, "");

/**
 * Where to ask next after the cell `asked` answered `moved` with `target`; null: the same cell again, later. The home cell may name any cell over
 * TLS. Another cell may send back home, or to a cell that the app trusts; for any other target the home cell is asked, so that a cell alone
 * can lead no token away.
 */
export function nextCell(
  { home, trusted = [] }: KnownCells,
  asked: string,
  target: string | undefined,
): string | null {
  if (target === undefined) return null;
  const [from, first] = [trimmed(asked), trimmed(home)];
  const to = baseOf(target);
  if (to === from) return null;
  const isTrusted = to !== null && (to === first || trusted.some((url) => trimmed(url) === to));
  const isFromHome = from === first && baseOf(first) !== null;
  if (to !== null && (isTrusted || isFromHome)) return to;
  return from === first ? null : first;
}

/** The cell of a client's requests. */
export interface Cells {
  /** The base URL of the next request. */
  url(): string;
  /** Takes note of a refusal by the cell `asked`. */
  refused(error: ProblemError, asked: string): void;
}

/** Follows `moved`. Nothing is repeated here: `moved` is retryable, so the caller's retries go to the new cell, with their backoff and their bound. */
export function createCells(known: KnownCells, store: CellStore): Cells {
  const home = trimmed(known.home);
  const url = () => store.get() ?? home;
  return {
    url,
    refused({ code, info }, asked) {
      // An answer of a cell that was left meanwhile says nothing.
      if (code !== "moved" || asked !== url()) return;
      const next = nextCell(known, asked, info);
      if (next !== null) store.set(next === home ? null : next);
    },
  };
}

/** Keeps the cell for as long as the client lives. */
export function memoryCells(): CellStore {
  let stored: string | null = null;
  return { get: () => stored, set: (url) => void (stored = url) };
}
