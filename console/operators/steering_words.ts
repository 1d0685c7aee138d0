// Rows of steering in words, and what a form changes of them.
import type { SteeringRow, SteeringSettings } from "../../client-contract/client/operator.ts";
import { durationText } from "../parts/duration.ts";
import { numberText } from "../parts/format.ts";

/** A whole number that a row may set, with the range that the database takes. */
export interface NumberSetting {
  name:
    | "batch_events"
    | "poll_after_s"
    | "listening_poll_after_s"
    | "retry_base_ms"
    | "retry_cap_ms"
    | "outbox_cap"
    | "keep_sent_days";
  label: string;
  least: number;
  most: number;
}

/** The settings of the form, the most used first. */
export const NUMBER_SETTINGS: readonly NumberSetting[] = [
  { name: "poll_after_s", label: "Seconds between two polls", least: 10, most: 86_400 },
  {
    name: "listening_poll_after_s",
    label: "Seconds between two polls while hints are heard",
    least: 10,
    most: 86_400,
  },
  { name: "batch_events", label: "Events of a batch, at most", least: 1, most: 500 },
  { name: "retry_base_ms", label: "Milliseconds before the first retry, at most", least: 100, most: 60_000 },
  { name: "retry_cap_ms", label: "Milliseconds before any retry, at most", least: 1000, most: 3_600_000 },
  {
    name: "outbox_cap",
    label: "Waiting events before the app asks to go online",
    least: 500,
    most: 1_000_000,
  },
  { name: "keep_sent_days", label: "Days that devices keep delivered events", least: 1, most: 365 },
];

/** Which apps a row is for: `all apps`, `android from 1.4 before 1.5`. */
export function rangeText(
  { platform, app_from, app_before }: Pick<SteeringRow, "platform" | "app_from" | "app_before">,
): string {
  if (platform === null && app_from === null && app_before === null) return "all apps";
  return [
    platform ?? "all platforms",
    app_from !== null && `from ${app_from}`,
    app_before !== null && `before ${app_before}`,
  ]
    .filter(Boolean).join(" ");
}

/** Whether the apps of a row may sync. */
export function pauseText({ paused, pause_reason, pause_s }: SteeringRow): string {
  if (paused === null) return "as the more general row says";
  if (!paused) return "syncing";
  const again = pause_s === null ? "" : `, asking again after ${durationText(pause_s * 1000)}`;
  return `paused: ${pause_reason ?? ""}${again}`;
}

/** What a row sets, one text a setting. */
export function settingTexts(row: SteeringRow): string[] {
  const numbers = NUMBER_SETTINGS.flatMap(({ name, label }) => {
    const value = row[name];
    return value === null ? [] : [`${label}: ${numberText(value)}`];
  });
  const poll = rangeText(row) === "all apps" && row.poll_after_s === null
    ? ["Seconds between two polls: as the settings of content say"]
    : [];
  const upgrade = row.upgrade_to === null ? [] : [`Update to: ${row.upgrade_to}`];
  return [...poll, ...numbers, ...upgrade];
}

/** What is wrong with a field's text, or null. An empty field inherits, but defaults can't. */
export function numberError(
  { least, most }: NumberSetting,
  text: string,
  mayInherit: boolean,
): string | null {
  if (text.trim() === "") return mayInherit ? null : "The defaults need a value.";
  const value = Number(text);
  return Number.isInteger(value) && value >= least && value <= most
    ? null
    : `A whole number from ${numberText(least)} to ${numberText(most)}.`;
}

/** Only what the form has changed, so that nobody's change of another setting is undone. */
export function changedSettings(
  row: SteeringRow | null,
  texts: Readonly<Record<string, string>>,
): SteeringSettings {
  const changed: SteeringSettings = {};
  for (const { name } of NUMBER_SETTINGS) {
    const text = texts[name]?.trim() ?? "";
    const value = text === "" ? null : Number(text);
    if (value !== (row?.[name] ?? null)) changed[name] = value;
  }
  const note = texts.note?.trim() || null;
  if (note !== (row?.note ?? null)) changed.note = note;
  return changed;
}
