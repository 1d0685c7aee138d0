// The pure parts of the operators' section: words, points of charts, what a form changes, and a replay in steps.
import assert from "node:assert/strict";
import type { HealthFigure, HealthHour, SteeringRow } from "../../client-contract/client/operator.ts";
import { durationText } from "../parts/duration.ts";
import { byUrgency, overall, targetText, valueText } from "./figures.ts";
import { pointsOf } from "./points.ts";
import { replayAll } from "./replay_all.ts";
import {
  changedSettings,
  NUMBER_SETTINGS,
  numberError,
  pauseText,
  rangeText,
  settingTexts,
} from "./steering_words.ts";

const figure = (more: Partial<HealthFigure>): HealthFigure => ({
  name: "sync_success",
  status: "ok",
  value: 0.9995,
  target: 0.999,
  failing: 0.99,
  unit: "share",
  direction: "at_least",
  samples: 2000,
  since: "2026-11-23T00:00:00+00:00",
  meaning: "Events held.",
  ...more,
});
const hour = (at: string, events: number): HealthHour => ({
  hour: at,
  events,
  answers: 0,
  delay_s: null,
  made: 0,
  held: 0,
  batches: 0,
  quarantined: 0,
  dead_letters: 0,
  failures: 0,
});
const row = (more: Partial<SteeringRow> = {}): SteeringRow => ({
  id: 1,
  platform: null,
  app_from: null,
  app_before: null,
  batch_events: 500,
  retry_base_ms: 1000,
  retry_cap_ms: 30_000,
  outbox_cap: 50_000,
  keep_sent_days: 14,
  poll_after_s: null,
  listening_poll_after_s: 14_400,
  paused: false,
  pause_reason: null,
  pause_s: 3600,
  upgrade_to: null,
  upgrade_required_from: null,
  upgrade_message: null,
  note: null,
  ...more,
});
const textsOf = (one: SteeringRow) =>
  Object.fromEntries(NUMBER_SETTINGS.map(({ name }) => [name, String(one[name] ?? "")]));

Deno.test("O4: values and targets are written in their unit", () => {
  assert.equal(valueText(0.9995, "share"), "99.95 %");
  assert.equal(valueText(259_200, "seconds"), "3 days");
  assert.equal(valueText(null, "count"), "–");
  assert.equal(targetText(figure({})), "at least 99.9 %");
  assert.equal(
    targetText(figure({ direction: "at_most", target: 300, unit: "seconds" })),
    "at most 5 minutes",
  );
});

Deno.test("O4: durations are written in the largest unit that fits", () => {
  assert.deepEqual([null, 0, 999, 1000, 90_000, 3_600_000, 129_600_000].map(durationText), [
    "–",
    "0 ms",
    "999 ms",
    "1 second",
    "1.5 minutes",
    "1 hour",
    "1.5 days",
  ]);
});

Deno.test("O4: figures that need a look come first, and one sentence sums them up", () => {
  const [ok, unknown, failing] = [figure({}), figure({ status: "unknown" }), figure({ status: "failing" })];
  assert.deepEqual(byUrgency([ok, unknown, failing]).map(({ status }) => status), [
    "failing",
    "ok",
    "unknown",
  ]);
  assert.equal(overall([ok, ok]), "All 2 figures are on target.");
  assert.equal(overall([ok, unknown, failing]), "Of 3 figures: 1 failing, 1 with too few samples.");
});

Deno.test("O4: an hour without arrivals is a point of a chart: zero for counts, a gap for shares", () => {
  const hours = [hour("2026-11-30T08:00:00+00:00", 5), hour("2026-11-30T10:00:00+00:00", 7)];
  assert.deepEqual(pointsOf(hours, ({ events }) => events, 0).map(({ value }) => value), [5, 0, 7]);
  assert.deepEqual(pointsOf(hours, ({ events }) => events, null).map(({ value }) => value), [5, null, 7]);
  assert.equal(pointsOf(hours, ({ events }) => events, 0)[1]?.at, "2026-11-30T09:00:00.000Z");
});

Deno.test("U8: a form sends the settings that it has changed, and no others", () => {
  const defaults = row();
  assert.deepEqual(changedSettings(defaults, textsOf(defaults)), {});
  assert.deepEqual(
    changedSettings(defaults, { ...textsOf(defaults), batch_events: "50", note: "Incident 12" }),
    {
      batch_events: 50,
      note: "Incident 12",
    },
  );
  const android = row({ platform: "android", batch_events: 50 });
  assert.deepEqual(changedSettings(android, { ...textsOf(android), batch_events: " " }), {
    batch_events: null,
  });
  assert.deepEqual(changedSettings(null, { poll_after_s: "60" }), { poll_after_s: 60 });
});

Deno.test("U8: a number outside of its range is refused in words; only defaults must be set", () => {
  const [poll] = NUMBER_SETTINGS;
  assert.ok(poll);
  assert.equal(numberError(poll, "60", false), null);
  for (const text of ["9", "86401", "1.5", "many"]) {
    assert.equal(numberError(poll, text, true), "A whole number from 10 to 86,400.");
  }
  assert.equal(numberError(poll, "", true), null);
  assert.equal(numberError(poll, "", false), "The defaults need a value.");
});

Deno.test("U8: rows of steering are written in words", () => {
  assert.equal(rangeText(row()), "all apps");
  assert.equal(
    rangeText(row({ platform: "android", app_from: "1.4", app_before: "1.5" })),
    "android from 1.4 before 1.5",
  );
  assert.equal(rangeText(row({ app_before: "2.0" })), "all platforms before 2.0");
  assert.equal(pauseText(row()), "syncing");
  assert.equal(pauseText(row({ paused: null })), "as the more general row says");
  assert.equal(
    pauseText(row({ paused: true, pause_reason: "Back soon", pause_s: 60 })),
    "paused: Back soon, asking again after 1 minute",
  );
  assert.equal(settingTexts(row({ upgrade_to: "2.0" })).at(-1), "Update to: 2.0");
  assert.equal(settingTexts(row())[0], "Seconds between two polls: as the settings of content say");
  assert.equal(settingTexts(row({ poll_after_s: 600 }))[0], "Seconds between two polls: 600");
});

Deno.test("U3: a replay of all goes on from its first step until nothing is left but learners who are syncing", async () => {
  const asked: (string | undefined)[] = [];
  const step = (learners: number, remaining: number) => ({
    learners,
    applied: learners,
    busy: [],
    remaining,
    began_at: `at ${remaining}`,
  });
  const steps = [step(20, 30), step(20, 3), step(0, 3)];
  const replayForAll = ({ tried_before }: { tried_before?: string | undefined }) => {
    asked.push(tried_before);
    return Promise.resolve(steps.shift() ?? assert.fail("one step too many"));
  };
  assert.deepEqual(await replayAll({ replayForAll }, "internal", "Fixed in 1.4"), {
    applied: 40,
    remaining: 3,
  });
  assert.deepEqual(asked, [undefined, "at 30", "at 30"]);
});
