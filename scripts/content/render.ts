// What `npm run content` prints for people.
import { CONTENT_SCHEMA } from "../../client-contract/contract/limits.ts";
import type {
  EditWarning,
  PublishedHead,
  Release,
  ReleasePreview,
  Schedule,
} from "../../client-contract/contract/release.ts";

/** Longest value that is shown; the rest is in --json and in Studio. */
const SHOWN = 60;

function value(of: unknown): string {
  if (of === null || of === undefined) return "nothing";
  const text = JSON.stringify(of);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** A time to the minute, in the local zone, which is named: `2026-12-24 06:00 +01:00`, or `UTC`. */
function minute(time: string): string {
  const offset = -new Date(time).getTimezoneOffset();
  const local = new Date(new Date(time).getTime() + offset * 60_000).toISOString();
  const two = (n: number) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const zone = offset === 0 ? "UTC" : `${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
  return `${local.slice(0, 16).replace("T", " ")} ${zone}`;
}

/** What each warning says of its questions. */
const WARNINGS: Readonly<Record<string, string>> = {
  accepted_alike: "accepted texts count as one",
  choices_alike: "choices differ only by case, quotes, dashes or spaces",
  invisible_characters: "characters that nobody sees",
  keys_moved: "the answer keys of other questions: were rows mixed up?",
  media_missing: "files that were never uploaded",
  texts_moved: "the text of another question: were rows mixed up?",
  wrong_encoding: "garbled letters: was a file read in the wrong encoding?",
};

/** A line for each warning, and its examples. */
export function renderWarnings(warnings: readonly EditWarning[]): string[] {
  return warnings.flatMap(({ warning, count, examples }) => [
    `? ${warning}: ${plural(count, "question")}, ${WARNINGS[warning] ?? "look at the examples"}`,
    ...examples.map(({ key, detail }) => `    ${key}: ${detail}`),
  ]);
}

/** The difference, field by field; `+` new, `~` changed, `-` withdrawn. */
export function renderPreview(p: ReleasePreview): string {
  const marks = { insert: "+", update: "~", delete: "-" } as const;
  const changes = p.changes.flatMap(({ op, kind, key, type, schema, fields }) => [
    `${marks[op]} ${kind} ${key}${type === null ? "" : ` (${type})`}` +
    (schema === CONTENT_SCHEMA ? "" : ` in schema ${schema} alone`),
    ...(op === "update"
      ? Object.entries(fields ?? {}).map(([name, { before, after }]) =>
        `    ${name}: ${value(before)} → ${value(after)}`
      )
      : []),
  ]);
  const total = p.upserts + p.deletes;
  if (total === 0 && p.problems.length === 0) {
    return `Nothing to publish: the drafts are version ${p.base_version}.`;
  }
  const share = (p.delete_share * 100).toFixed(1);
  return [
    ...changes,
    ...(total > p.changes.length ? [`  and ${total - p.changes.length} more (--limit)`] : []),
    ...renderWarnings(p.warnings),
    ...p.problems.map(({ problem, kind, key }) => `! ${problem}: ${kind} ${key}`),
    "",
    `${plural(p.upserts, "row")} written, ${p.deletes} withdrawn (${share} % of version ${p.base_version})`,
    ...(p.problems.length > 0
      ? ["The drafts can't be published: mend the problems above."]
      : p.needs_force
      ? [
        "So many withdrawals need --force.",
        `npm run content -- publish --force --hash ${p.hash}`,
      ]
      : [`npm run content -- publish --hash ${p.hash}`]),
  ].join("\n");
}

/** The head after a publish or a roll-back; `before` is the newest version before. */
export function renderHead(head: PublishedHead, before: number): string {
  if (head.version === before) return `Nothing was published: version ${before} already has this content.`;
  const counts = [
    plural(head.domains, "domain"),
    plural(head.skills, "skill"),
    plural(head.questions, "question"),
  ];
  return [
    ...renderWarnings(head.warnings),
    `Version ${head.version} of ${minute(head.published_at ?? "")}: ${counts.join(", ")}.`,
  ].join("\n");
}

/** One line a schedule. */
export function renderSchedules(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return "There are no schedules.";
  return schedules.map((s) => {
    const how = s.state === "published"
      ? `as version ${s.version}`
      : s.error === null
      ? ""
      : `${s.error} ${s.detail ?? ""}`;
    return [`${s.id}`.padStart(4), minute(s.due_at), s.state.padEnd(9), s.note ?? "", how].filter((part) =>
      part !== ""
    )
      .join("  ").trimEnd();
  }).join("\n");
}

/** One line a release. */
export function renderHistory(releases: readonly Release[]): string {
  if (releases.length === 0) return "There are no releases yet.";
  return releases.map((r) => {
    const change = `+${r.upserts} -${r.deletes}`.padEnd(12);
    const how = [
      ...(r.rollback_to === null ? [] : [`back to ${r.rollback_to}`]),
      ...(r.schedule_id === null ? [] : [`schedule ${r.schedule_id}`]),
    ].join(", ");
    const note = [r.note ?? "", how === "" ? "" : `(${how})`].filter((part) => part !== "").join(" ");
    return `${`${r.version}`.padStart(4)}  ${minute(r.published_at)}  ${change}${
      `${r.questions}`.padStart(6)
    } questions  ${note}`
      .trimEnd();
  }).join("\n");
}
