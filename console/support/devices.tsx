// A learner's devices, and whether each may sync.
import { useState } from "preact/hooks";
import type { ListedDevice } from "../../client-contract/contract/devices.ts";
import { useLoad } from "../data/load.ts";
import { Confirm } from "../parts/dialog.tsx";
import { countText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { announce } from "../shell/announce.tsx";
import { useApi } from "../shell/context.ts";
import { durationText } from "../parts/duration.ts";
import { LearnerFrame, type LearnerLook } from "./learner_frame.tsx";

function contentText({ content_version, versions_behind }: ListedDevice): string {
  if (content_version === null) return "none";
  const behind = versions_behind ? `, ${countText(versions_behind, "version")} behind` : ", newest";
  return `version ${content_version}${behind}`;
}

const columns = (decide: (device: ListedDevice) => void): readonly Column<ListedDevice>[] => [
  { label: "Device", cell: ({ device_id }) => <code>{device_id}</code> },
  {
    label: "App",
    cell: ({ platform, app_version }) =>
      [platform, app_version].filter((text) => text !== null).join(" ") || "unknown",
  },
  { label: "Content", cell: contentText },
  {
    label: "Last seen",
    cell: ({ first_seen_at, last_seen_at }) => (
      <>
        <Time at={last_seen_at} />
        <p class="sub">
          first <Time at={first_seen_at} />
        </p>
      </>
    ),
    sort: ({ last_seen_at }) => last_seen_at,
  },
  { label: "Longest wait", cell: ({ queue_lag_ms }) => durationText(queue_lag_ms) },
  {
    label: "Clock is off by",
    cell: ({ clock_skew_ms }) => durationText(clock_skew_ms === null ? null : Math.abs(clock_skew_ms)),
  },
  {
    label: "State",
    cell: ({ revoked_at }) =>
      revoked_at === null ? "may sync" : (
        <>
          revoked <Time at={revoked_at} />
        </>
      ),
  },
  {
    label: "Decide",
    cell: (device) => (
      <button type="button" onClick={() => decide(device)}>
        {device.revoked_at === null ? "Revoke …" : "Restore …"}
        <span class="unseen">{` ${device.device_id}`}</span>
      </button>
    ),
  },
];

function DeviceList({ look: { learner, reason } }: { look: LearnerLook }) {
  const { support, content } = useApi();
  const [chosen, setChosen] = useState<ListedDevice | null>(null);
  const loaded = useLoad(`devices ${learner} ${reason}`, () => support.devices({ learner, reason }));
  const isRevoked = chosen !== null && chosen.revoked_at !== null;
  const confirm = async (device: string, why: string) => {
    const call = isRevoked ? content.restoreDevice : content.revokeDevice;
    await call({ learner, device, reason: why });
    announce(
      isRevoked ? "The device may sync again." : "The device is revoked: it can neither send nor read.",
    );
    loaded.reload();
  };
  return (
    <>
      <Show of={loaded}>
        {(rows) => (
          <Table
            caption="Devices, last seen first"
            columns={columns(setChosen)}
            rows={rows}
            rowKey={({ device_id }) => device_id}
            empty="No device of this learner has ever been in contact."
          />
        )}
      </Show>
      {chosen && (
        <Confirm
          title={isRevoked ? "Restore the device" : "Revoke the device"}
          action={isRevoked ? "Restore" : "Revoke"}
          word={isRevoked ? undefined : "revoke"}
          reason="Reason, for the audit"
          onConfirm={(why) => confirm(chosen.device_id, why)}
          onClose={() => setChosen(null)}
        >
          <p>
            <code>{chosen.device_id}</code>
          </p>
          <p>
            {isRevoked
              ? "The device may sync again, with what waits in its outbox."
              : "The device can neither send nor read any more. What waits in its outbox stays there until it is restored."}
          </p>
        </Confirm>
      )}
    </>
  );
}

/** A learner's page. */
export function Devices({ learner }: { learner: string }) {
  return (
    <LearnerFrame learner={learner} tab="devices" hasAnswers={false}>
      {(look) => <DeviceList look={look} />}
    </LearnerFrame>
  );
}
