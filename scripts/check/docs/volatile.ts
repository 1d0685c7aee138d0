// Compares what a page shows with what a command prints. Ids, hashes, keys and times differ from run to run. The page shows
// those of the run that it was written with. An id of the page stands for one id of this run, on the whole page.

/** Forms of values that differ from run to run; `<name>` in a page stands for any value of that form. */
const FORMS: Readonly<Record<string, string>> = {
  token: "eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+",
  key: "(?:sb_(?:publishable|secret)_|whsec_|msg_)[\\w+/=-]+",
  uuid: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  ulid: "\\b[0-7][0-9A-HJKMNP-TV-Z]{25}\\b",
  cursor: "\\b[0-9a-f]{16}\\.\\d+\\b",
  hash: "\\b[0-9a-f]{64}\\b",
  history: "\\b[0-9a-f]{16}\\b",
  time:
    "\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?))?",
  date: "\\b\\d{4}-\\d\\d-\\d\\d\\b",
  number: "-?\\d[\\d.,]*",
};
/** `<number>` is written out: any other number of a page is meant. */
const IN_PAGES = Object.entries(FORMS).filter(([name]) => name !== "number");
const NAMES = Object.keys(FORMS).join("|");
const PIECES = new RegExp(`<(?:${NAMES})>|…|${IN_PAGES.map(([, form]) => form).join("|")}`, "g");
/** A time or a date says nothing about another one; everything else is the same thing wherever it stands. */
const UNBOUND = new Set(["time", "date", "number"]);

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
const formOf = (piece: string) =>
  IN_PAGES.find(([, form]) => new RegExp(`^(?:${form})$`).test(piece))?.[0] ?? "";

/** What the ids of a page stand for in this run. */
export class Bindings {
  readonly #actual: Map<string, string>;

  /** Begins with what is known before the page runs, such as the ports. */
  constructor(known: Iterable<[string, string]> = []) {
    this.#actual = new Map(known);
  }

  /** A command of the page, with the ids of this run. */
  fill(command: string): string {
    return [...this.#actual].reduce((text, [page, actual]) => text.replaceAll(page, actual), command);
  }

  /** Whether a printed text is what the page shows; runs of blanks and of dashes count as one. */
  matches(shown: string, printed: string): boolean {
    const squeeze = (text: string) => text.replace(/-{3,}/g, "---").trim();
    const page = squeeze(shown);
    const captured: string[] = [];
    let pattern = "";
    let end = 0;
    for (const { 0: piece, index } of page.matchAll(PIECES)) {
      pattern += literal(page.slice(end, index));
      end = index + piece.length;
      if (piece === "…") {
        pattern += ".*?";
        continue;
      }
      const name = piece.startsWith("<") ? piece.slice(1, -1) : formOf(piece);
      const known = this.#actual.get(piece);
      pattern += known === undefined ? `(${FORMS[name]})` : `(${literal(known)})`;
      captured.push(piece.startsWith("<") || UNBOUND.has(name) ? "" : piece);
    }
    const found = new RegExp(`^${pattern}${literal(page.slice(end))}$`, "s").exec(
      squeeze(this.#unfill(printed)),
    );
    if (!found) return false;
    captured.forEach((id, index) => id && this.#actual.set(id, found[index + 1] ?? ""));
    return true;
  }

  /** Addresses are the page's again; ids stay. */
  #unfill(printed: string): string {
    return [...this.#actual].filter(([page]) => page.includes(":")).reduce(
      (text, [page, actual]) => text.replaceAll(actual, page),
      printed,
    );
  }
}

/** Where a printed value is not what the page shows; undefined where it is. `"…"` stands for any value, and for the rest of a list or object. */
export function differsAt(
  shown: unknown,
  printed: unknown,
  bindings: Bindings,
  path = "$",
): string | undefined {
  if (shown === "…") return undefined;
  if (typeof shown === "string") {
    return bindings.matches(shown, String(printed)) ? undefined : path;
  }
  if (typeof shown !== "object" || shown === null) return shown === printed ? undefined : path;
  if (typeof printed !== "object" || printed === null || Array.isArray(shown) !== Array.isArray(printed)) {
    return path;
  }
  const fields = Object.entries(shown).filter(([name, value]) =>
    name !== "…" && !(Array.isArray(shown) && value === "…")
  );
  const open = "…" in shown || Array.isArray(shown) && shown.includes("…");
  const given: Record<string, unknown> = { ...printed };
  const more = Object.keys(given).find((name) => !fields.some(([known]) => known === name));
  if (more !== undefined && !open) return `${path}.${more}`;
  for (const [name, value] of fields) {
    const found = name in given
      ? differsAt(value, given[name], bindings, `${path}.${name}`)
      : `${path}.${name}`;
    if (found !== undefined) return found;
  }
  return undefined;
}
