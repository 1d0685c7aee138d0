// What `npm run support` prints for people.
import { z } from "zod";
import { ListedDevice } from "../../client-contract/contract/devices.ts";
import { Quarantined, QuarantineState } from "../../client-contract/contract/quarantine.ts";
import {
  EventFate,
  FailureCount,
  FoundLearner,
  SupportGrant,
  TimelineEntry,
} from "../../client-contract/client/support_look.ts";
import { tableLines } from "../command/table.ts";
import type { Call } from "./command.ts";

const second = (time: string | null) =>
  time === null ? "" : new Date(time).toISOString().slice(0, 19).replace("T", " ");
const text = (value: unknown) => value === null || value === undefined ? "" : String(value);

function found(rows: readonly FoundLearner[]): string[] {
  return tableLines(
    ["matched", "learner", "state", "last seen (UTC)", "devices", "quarantined", "adopted by"],
    rows.map((row) => [
      row.matched,
      row.learner_id,
      [row.state, row.is_anonymous ? "anonymous" : ""].filter(Boolean).join(", "),
      second(row.last_seen_at),
      text(row.devices),
      text(row.waiting),
      text(row.adopted_by),
    ]),
  );
}

function fates(rows: readonly EventFate[]): string[] {
  return rows.flatMap((fate, place) => [
    ...(place > 0 ? [""] : []),
    `${fate.event_id}: ${fate.state}`,
    `  ${fate.summary}`,
    ...[
      ["learner", fate.learner_id],
      ["device", fate.device_id],
      ["batch", fate.batch_id],
      ["made", second(fate.made_at)],
      ["received", second(fate.received_at)],
      ["body", fate.body === null || fate.body === undefined ? null : JSON.stringify(fate.body)],
    ].filter(([, value]) => value).map(([name, value]) => `  ${text(name).padEnd(8)}  ${text(value)}`),
  ]);
}

/** The options of the next page, or of the page before. */
const turns = (rows: readonly { cursor: string }[]) =>
  rows.length === 0 ? [] : ["", `older: --after '${rows.at(-1)?.cursor}'`];

function timeline(rows: readonly TimelineEntry[]): string[] {
  return [
    ...tableLines(
      ["time (UTC)", "kind", "what"],
      rows.map(({ at, kind, summary }) => [second(at), kind, summary]),
      100,
    ),
    ...turns(rows),
    ...(rows.length === 0 ? [] : [`newer: --before '${rows[0]?.cursor}'`]),
  ];
}

const Report = z.looseObject({ device_id: z.string(), body: z.record(z.string(), z.unknown()) });

/** Devices, and the newest report of each. */
export function renderDevices(devices: readonly ListedDevice[], reports: readonly TimelineEntry[]): string {
  const newest = new Map<string, { at: string; body: Record<string, unknown> }>();
  for (const { at, detail } of reports) {
    const { device_id, body } = Report.parse(detail);
    if (!newest.has(device_id)) newest.set(device_id, { at, body });
  }
  return [
    ...tableLines(
      ["device", "app", "content", "last seen (UTC)", "clock skew", "state"],
      devices.map((device) => [
        device.device_id,
        [device.platform, device.app_version].filter(Boolean).join(" "),
        device.content_version === null
          ? ""
          : `${device.content_version}${device.versions_behind ? `, ${device.versions_behind} behind` : ""}`,
        second(device.last_seen_at),
        device.clock_skew_ms === null ? "" : `${Math.round(device.clock_skew_ms / 1000)} s`,
        device.revoked_at === null ? "" : `revoked ${second(device.revoked_at)}`,
      ]),
    ),
    ...[...newest].flatMap(([device, { at, body }]) => [
      "",
      `Report of ${device} at ${second(at)}:`,
      ...Object.entries(body).filter(([, value]) => value !== null).map(([name, value]) =>
        `  ${name.padEnd(16)}  ${Array.isArray(value) ? value.join(", ") : text(value)}`
      ),
    ]),
  ].join("\n");
}

function quarantined(rows: readonly Quarantined[]): string[] {
  return [
    ...rows.flatMap((row, place) => [
      ...(place > 0 ? [""] : []),
      `${row.id}`,
      `  ${[row.status, row.code, row.field].filter(Boolean).join(" ")}, seen ${
        row.times_seen === 1 ? "once" : `${row.times_seen} times`
      }, last ${second(row.last_seen_at)}${row.became_event === null ? "" : `, became ${row.became_event}`}`,
      `  learner  ${row.learner_id}`,
      ...(row.event_id === null ? [] : [`  event    ${row.event_id}`]),
      ...(row.device_reason === null ? [] : [`  reason   ${row.device_reason}`]),
      `  text     ${row.mended_body ?? row.body}`,
    ]),
    ...turns(rows),
  ];
}

function failures(rows: readonly FailureCount[]): string[] {
  return tableLines(
    ["failures", "learners", "source", "code", "platform", "app", "last (UTC)", "newest example"],
    rows.map((row) => [
      text(row.failures),
      text(row.learners),
      row.source,
      row.code,
      text(row.platform),
      text(row.app_version),
      second(row.last_at),
      row.examples[0] ? `${row.examples[0].learner_id}` : "",
    ]),
  );
}

const list = <T extends z.ZodType>(schema: T, rows: unknown) => z.array(schema).parse(rows);

/** The rows that a call gave, as text. */
export function render({ command }: Call, rows: readonly unknown[]): string {
  if (rows.length === 0) {
    return command === "grants" ? "There are no grants in force." : "Nothing was found.";
  }
  switch (command) {
    case "find":
      return found(list(FoundLearner, rows)).join("\n");
    case "event":
      return fates(list(EventFate, rows)).join("\n");
    case "timeline":
      return timeline(list(TimelineEntry, rows)).join("\n");
    case "quarantine":
      return quarantined(list(Quarantined, rows)).join("\n");
    case "errors":
      return failures(list(FailureCount, rows)).join("\n");
    case "replay":
    case "discard":
      return tableLines(
        ["id", "status", "still wrong", "became"],
        list(QuarantineState, rows).map((row) => [
          row.id,
          row.status,
          [row.code, row.field].filter(Boolean).join(" "),
          text(row.became_event),
        ]),
        64,
      ).join("\n");
    case "grants":
      return tableLines(
        ["account", "until (UTC)", "given by", "reason"],
        list(SupportGrant, rows).map((row) => [
          row.staff_id,
          second(row.expires_at),
          row.granted_by ?? row.granted_by_role,
          row.reason,
        ]),
      ).join("\n");
    case "grant":
      return `The grant expires at ${second(text(rows[0]))} UTC.`;
    default:
      return rows.map(text).join("\n");
  }
}
