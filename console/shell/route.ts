// Deep links: the address after `#`, which any static host serves. `#/cohorts/ID/learners?after=…`
import { useEffect, useState } from "preact/hooks";

/** A place in the console. */
export interface Route {
  /** Begins with a slash. */
  path: string;
  query: URLSearchParams;
}

/** Values of the `:name` parts of a page's path. */
export type Params = Readonly<Record<string, string>>;

/** Reads the part after `#` of an address. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  return { path: path.startsWith("/") ? path : "/", query: new URLSearchParams(query) };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The parameters of a path, or null where it is another page's: `/cohorts/:cohort`. */
export function matchPath(pattern: string, path: string): Params | null {
  const [names, parts] = [pattern.split("/"), path.split("/")];
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [place, name] of names.entries()) {
    const part = decoded(parts[place] ?? "");
    if (part === null || (name.startsWith(":") ? part === "" : name !== part)) return null;
    if (name.startsWith(":")) params[name.slice(1)] = part;
  }
  return params;
}

/** A link to a page: its parts are encoded, and values that are undefined are left out of the query. */
export function linkTo(
  parts: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const search = given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
  return `#/${parts.map(encodeURIComponent).join("/")}${search}`;
}

/** Goes to a link. */
export function goTo(link: string): void {
  location.hash = link;
}

/** The place where the reader is. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return parseRoute(hash);
}
