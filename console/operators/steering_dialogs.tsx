// The changes of steering: each reaches every app of its row, so each has a reason and names its apps again.
import { useState } from "preact/hooks";
import type { SteeringRow } from "../../client-contract/client/operator.ts";
import { AUDIT_REASON, Confirm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { useApi } from "../shell/context.ts";
import { changedSettings, NUMBER_SETTINGS, numberError, rangeText } from "./steering_words.ts";

interface DialogProps {
  onDone: (text: string) => void;
  onClose: () => void;
}

const rangeOf = (
  { platform, app_from, app_before }: Pick<SteeringRow, "platform" | "app_from" | "app_before">,
) => ({
  for_platform: platform ?? undefined,
  from_version: app_from ?? undefined,
  before_version: app_before ?? undefined,
});

/** The kill switch. */
export function PauseSteering({ row, onDone, onClose }: DialogProps & { row: SteeringRow }) {
  const { operator } = useApi();
  const [text, setText] = useState(row.pause_reason ?? "");
  const [minutes, setMinutes] = useState(String(Math.round((row.pause_s ?? 3600) / 60)));
  const range = rangeText(row);
  const pause_s = Number(minutes) * 60;
  const problem = text.trim() === ""
    ? "A text for learners is required."
    : Number.isInteger(pause_s) && pause_s >= 60 && pause_s <= 86_400
    ? null
    : "The minutes must be from 1 to 1,440.";
  const pause = async (reason: string) => {
    await operator.setSteering({
      settings: { paused: true, pause_reason: text.trim(), pause_s },
      reason,
      ...rangeOf(row),
    });
    onDone(`Syncing is paused for ${range}.`);
  };
  return (
    <Confirm
      title={`Pause ${range}`}
      action="Pause"
      word={range}
      reason={AUDIT_REASON}
      problem={problem}
      onConfirm={pause}
      onClose={onClose}
    >
      <p>Push and pull are refused. Devices keep everything, and ask again after the time below.</p>
      <Field
        label="Text for learners"
        hint="Such as: Back at 18:00."
        required
        maxLength={500}
        value={text}
        onValue={setText}
      />
      <Field
        label="Minutes until a device asks again"
        hint="The end of the pause takes as long to arrive. 1 to 1,440."
        type="number"
        value={minutes}
        onValue={setMinutes}
      />
    </Confirm>
  );
}

/** Ends a pause. */
export function ResumeSteering({ row, onDone, onClose }: DialogProps & { row: SteeringRow }) {
  const { operator } = useApi();
  const range = rangeText(row);
  const resume = async (reason: string) => {
    await operator.setSteering({ settings: { paused: false, pause_reason: null }, reason, ...rangeOf(row) });
    onDone(`Syncing goes on for ${range}.`);
  };
  return (
    <Confirm
      title={`End the pause of ${range}`}
      action="End the pause"
      reason={AUDIT_REASON}
      onConfirm={resume}
      onClose={onClose}
    >
      <p>Devices come back when they ask again, spread over that time.</p>
    </Confirm>
  );
}

/** Removes a row that is for some apps. */
export function RemoveSteering({ row, onDone, onClose }: DialogProps & { row: SteeringRow }) {
  const { operator } = useApi();
  const range = rangeText(row);
  const remove = async (reason: string) => {
    await operator.removeSteering({ steering: row.id, reason });
    onDone(`The row for ${range} is removed.`);
  };
  return (
    <Confirm
      title={`Remove the row for ${range}`}
      action="Remove"
      word={range}
      reason={AUDIT_REASON}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>These apps get the values of the next more general row.</p>
    </Confirm>
  );
}

const textOf = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : String(value);

/** Changes the numbers of a row, or adds one (`row` is null). */
export function ChangeSteering({ row, onDone, onClose }: DialogProps & { row: SteeringRow | null }) {
  const { operator } = useApi();
  const [texts, setTexts] = useState<Record<string, string>>({
    ...Object.fromEntries(NUMBER_SETTINGS.map(({ name }) => [name, textOf(row?.[name])])),
    note: row?.note ?? "",
    platform: "",
    app_from: "",
    app_before: "",
  });
  const set = (name: string) => (value: string) => setTexts({ ...texts, [name]: value });
  const given = (name: string) => texts[name]?.trim() || null;
  const range = row ??
    { platform: given("platform"), app_from: given("app_from"), app_before: given("app_before") };
  const mayInherit = rangeText(range) !== "all apps";
  // The row of defaults may leave the poll to the setting of content.
  const errorOf = (setting: typeof NUMBER_SETTINGS[number]) =>
    numberError(setting, texts[setting.name] ?? "", mayInherit || setting.name === "poll_after_s");
  const settings = changedSettings(row, texts);
  const problem = row === null && !mayInherit
    ? "Name a platform or a version: the defaults are a row already."
    : NUMBER_SETTINGS.some((setting) => errorOf(setting) !== null)
    ? "Correct the fields above first."
    : Object.keys(settings).length === 0
    ? "Nothing was changed."
    : null;
  const save = async (reason: string) => {
    await operator.setSteering({ settings, reason, ...rangeOf(range) });
    onDone(`The steering of ${rangeText(range)} is ${row ? "changed" : "added"}.`);
  };
  return (
    <Confirm
      title={row ? `Change the steering of ${rangeText(row)}` : "Add a row of steering"}
      action="Save"
      word={row === null && !mayInherit ? undefined : rangeText(range)}
      reason={AUDIT_REASON}
      problem={problem}
      onConfirm={save}
      onClose={onClose}
    >
      {row === null && (
        <>
          <Field
            label="Platform"
            hint="android, ios or web; empty: all"
            value={texts.platform ?? ""}
            onValue={set("platform")}
          />
          <Field label="From app version" value={texts.app_from ?? ""} onValue={set("app_from")} />
          <Field label="Before app version" value={texts.app_before ?? ""} onValue={set("app_before")} />
        </>
      )}
      {mayInherit && <p>An empty field takes the value of the next more general row.</p>}
      {NUMBER_SETTINGS.map((setting) => (
        <Field
          key={setting.name}
          label={setting.label}
          type="number"
          value={texts[setting.name] ?? ""}
          onValue={set(setting.name)}
          error={errorOf(setting)}
        />
      ))}
      <Field
        label="Note for other operators"
        maxLength={500}
        value={texts.note ?? ""}
        onValue={set("note")}
      />
    </Confirm>
  );
}
