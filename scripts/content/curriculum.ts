// A whole curriculum file: its lines together, each domain, skill and question once, in the file's order.
import { type Line, parseLine } from "./line.ts";
import { keyOf, titleOf } from "./text.ts";

/** A line that keeps the file from being imported. */
export interface LineProblem {
  /** 1-based. */
  line: number;
  reason: string;
}

/** A domain or a skill. */
export interface Branch {
  key: string;
  /** Key of a skill's domain; empty for a domain. */
  parent: string;
  /** As the file spells it. */
  name: string;
  /** Title that the file gives. */
  title: string | undefined;
  /** Title where neither file nor draft has one. */
  defaultTitle: string;
  /** Place among its siblings, from 1, in order of first appearance. */
  place: number;
  /** Line of its first appearance. */
  line: number;
}

/** A question with its place among the questions of its skill, from 1. */
export interface Question {
  key: string;
  /** Key of its skill. */
  parent: string;
  place: number;
  line: number;
  content: Line;
}

/** What a file holds. */
export interface Curriculum {
  domains: Branch[];
  skills: Branch[];
  questions: Question[];
  /** What was let through, but may be a mistake. */
  warnings: string[];
}

/** Reasons that are printed; a file in another format would have one for every line. */
const SHOWN_PROBLEMS = 20;

/** A file that can't be imported; nothing was written. The message lists lines and reasons. */
export class ImportRefused extends Error {
  override readonly name = "ImportRefused";
  constructor(readonly problems: LineProblem[]) {
    const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ line, reason }) => `  line ${line}: ${reason}`);
    const rest = problems.length - shown.length;
    super([
      `${
        problems.length === 1 ? "One line" : `${problems.length} lines`
      } can't be imported; nothing was written.`,
      ...shown,
      ...(rest > 0 ? [`  and ${rest} more`] : []),
    ].join("\n"));
  }
}

/** Counts siblings, per parent. */
function placeCounter(): (parent: string) => number {
  const places = new Map<string, number>();
  return (parent) => {
    const place = (places.get(parent) ?? 0) + 1;
    places.set(parent, place);
    return place;
  };
}

/** Collects the domains or the skills of the lines. */
function branches(what: "domain" | "skill") {
  const found = new Map<string, Branch>();
  const nextPlace = placeCounter();

  /** Takes note of one line's domain or skill; gives what contradicts earlier lines. */
  function add(
    key: string,
    name: string,
    title: string | undefined,
    parent: string,
    line: number,
  ): string[] {
    const known = found.get(key);
    if (!known) {
      const place = nextPlace(parent);
      found.set(key, { key, parent, name, title, defaultTitle: titleOf(name), place, line });
      return [];
    }
    const reasons: string[] = [];
    const earlier = `in line ${known.line}`;
    // Both would silently become one, with one of the two titles.
    if (known.name !== name) {
      reasons.push(`${what} "${name}" has the same key, ${key}, as "${known.name}" ${earlier}`);
    }
    if (known.parent !== parent) {
      reasons.push(`skill ${key} is in domain ${parent}, but in ${known.parent} ${earlier}`);
    }
    if (known.title === undefined) known.title = title;
    else if (title !== undefined && title !== known.title) {
      reasons.push(`${what}_title "${title}" differs from "${known.title}" of the same ${what} before`);
    }
    return reasons;
  }

  return { add, list: () => [...found.values()] };
}

/** Unknown fields are let through, because other tools add their own; but a misspelt one should be noticed. */
function unknownFieldWarnings(seen: Map<string, { line: number; count: number }>): string[] {
  return [...seen].map(([field, { line, count }]) => {
    const others = count === 1 ? "" : ` and ${count - 1} more`;
    return `The field "${field}" is unknown and was ignored (line ${line}${others}).`;
  });
}

/** Reads a file line by line, so that what was read can be on its way while the rest is still to come. */
export interface CurriculumReader {
  /** The next line's question; undefined for a blank line, and for one that can't be used. */
  add(source: string | Uint8Array): Question | undefined;
  /**
   * The whole, after the last line. Throws `ImportRefused` with every line that can't be used, and for a file without
   * any question: with `--withdraw-missing`, that would withdraw all there is.
   */
  finish(): Curriculum;
}

/** A reader of one file. */
export function curriculumReader(): CurriculumReader {
  const problems: LineProblem[] = [];
  const unknown = new Map<string, { line: number; count: number }>();
  const domains = branches("domain");
  const skills = branches("skill");
  const questions = new Map<string, Question>();
  const nextPlace = placeCounter();
  const keys = new Map<string, string>();
  let line = 0;

  /** A file names few domains and skills, each many times. */
  function knownKey(name: string): string {
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = keyOf(name) ?? "";
    keys.set(name, key);
    return key;
  }

  function add(source: string | Uint8Array): Question | undefined {
    line++;
    if (isBlank(source)) return;
    const parsed = parseLine(source);
    if ("reasons" in parsed) {
      problems.push({ line, reason: parsed.reasons.join("; ") });
      return;
    }
    const { line: content, unknownFields } = parsed;
    for (const field of unknownFields) {
      const { line: first, count } = unknown.get(field) ?? { line, count: 0 };
      unknown.set(field, { line: first, count: count + 1 });
    }
    const { key } = content;
    const domain = knownKey(content.domain);
    const skill = knownKey(content.skill);
    const earlier = questions.get(key);
    const reasons = [
      ...(earlier ? [`key ${key} is used in line ${earlier.line} already`] : []),
      ...domains.add(domain, content.domain, content.domain_title, "", line),
      ...skills.add(skill, content.skill, content.skill_title, domain, line),
    ];
    if (reasons.length > 0) {
      problems.push({ line, reason: reasons.join("; ") });
      return;
    }
    const question = { key, parent: skill, place: nextPlace(skill), line, content };
    questions.set(key, question);
    return question;
  }

  function finish(): Curriculum {
    if (problems.length > 0) throw new ImportRefused(problems);
    if (questions.size === 0) {
      throw new ImportRefused([{ line: Math.max(line, 1), reason: "the file holds no question" }]);
    }
    return {
      domains: domains.list(),
      skills: skills.list(),
      questions: [...questions.values()],
      warnings: unknownFieldWarnings(unknown),
    };
  }

  return { add, finish };
}

/** Reads all lines of a file, as the reader does. */
export function readCurriculum(lines: Iterable<string | Uint8Array>): Curriculum {
  const reader = curriculumReader();
  for (const line of lines) reader.add(line);
  return reader.finish();
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const WHITE_BYTES: ReadonlySet<number> = new Set([TAB, LINE_FEED, CARRIAGE_RETURN, SPACE]);

function isBlank(source: string | Uint8Array): boolean {
  return typeof source === "string" ? source.trim() === "" : source.every((byte) => WHITE_BYTES.has(byte));
}

/** UTF-16 has its byte order mark, or a zero in one of the two bytes of `{`. */
function isUtf16([first, second]: Uint8Array): boolean {
  return first === 0 || second === 0 || (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff);
}

/**
 * The lines of a file's bytes; each is decoded by itself, so that a damaged one has a number. Throws `ImportRefused` for UTF-16, which has other
 * line ends.
 */
export function* bytesToLines(bytes: Uint8Array): Generator<Uint8Array> {
  if (isUtf16(bytes)) {
    throw new ImportRefused([{ line: 1, reason: "the file is UTF-16 text; save it as UTF-8" }]);
  }
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    yield bytes.subarray(start, end < 0 ? bytes.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}
