// Failures of all learners, counted: one learner's problem is often everybody's on one version of the app.
import { useState } from "preact/hooks";
import type { FailureCount } from "../../client-contract/client/support_look.ts";
import { useLoad } from "../data/load.ts";
import { Field, Select } from "../parts/field.tsx";
import { numberText } from "../parts/format.ts";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { learnerLink } from "./links.tsx";
import { WithReason } from "./with_reason.tsx";

const PERIODS = [["24", "the last day"], ["168", "the last week"], ["744", "the last month"]] as const;
const SOURCES: Readonly<Record<string, string>> = {
  quarantine: "could not be applied",
  app: "reported by apps",
  outbox: "could not be sent",
};

const COLUMNS: readonly Column<FailureCount>[] = [
  { label: "Code", cell: ({ code }) => <code>{code}</code>, sort: ({ code }) => code },
  { label: "Kind", cell: ({ source }) => SOURCES[source] ?? source },
  {
    label: "App",
    cell: ({ platform, app_version }) =>
      [platform, app_version].filter((text) => text !== null).join(" ") || "unknown",
  },
  {
    label: "Failures",
    cell: ({ failures }) => numberText(failures),
    sort: ({ failures }) => failures,
    isNumber: true,
  },
  {
    label: "Learners",
    cell: ({ learners }) => numberText(learners),
    sort: ({ learners }) => learners,
    isNumber: true,
  },
  { label: "Last", cell: ({ last_at }) => <Time at={last_at} />, sort: ({ last_at }) => last_at },
  {
    label: "Newest examples",
    cell: ({ examples }) => (
      <ul class="plain">
        {examples.map(({ learner_id, id }) => (
          <li key={id}>
            <a href={learnerLink(learner_id)}>{learner_id}</a>
          </li>
        ))}
      </ul>
    ),
  },
];

interface Filters {
  hours: string;
  code: string;
  platform: string;
  version: string;
}

function Failures(
  { filters: { hours, code, platform, version }, reason }: { filters: Filters; reason: string },
) {
  const { support } = useApi();
  const loaded = useLoad(JSON.stringify([hours, code, platform, version, reason]), () =>
    support.errors({
      reason,
      hours: Number(hours),
      with_code: code || undefined,
      with_platform: platform || undefined,
      with_app_version: version || undefined,
    }));
  return (
    <Show of={loaded}>
      {(rows) => (
        <Table
          caption="Failures of all learners, most frequent first"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => [row.source, row.code, row.platform, row.app_version].join(" ")}
          empty="There are no such failures in this period."
        />
      )}
    </Show>
  );
}

/** The search for errors; its filters are part of the address. */
export function Errors({ query }: { query: URLSearchParams }) {
  const hours = PERIODS.find(([one]) => one === query.get("hours"))?.[0] ?? "24";
  const filters = {
    hours,
    code: query.get("code") ?? "",
    platform: query.get("platform") ?? "",
    version: query.get("version") ?? "",
  };
  const [form, setForm] = useState<Filters>(filters);
  const set = (name: keyof Filters) => (value: string) => setForm({ ...form, [name]: value });
  const submit = (event: Event) => {
    event.preventDefault();
    goTo(linkTo(["support", "errors"], {
      hours: form.hours,
      code: form.code.trim() || undefined,
      platform: form.platform.trim() || undefined,
      version: form.version.trim() || undefined,
    }));
  };
  return (
    <>
      <form class="filters" onSubmit={submit} aria-label="Filters of failures">
        <Select label="Period" value={form.hours} onValue={set("hours")} options={PERIODS} />
        <Field label="Error code" value={form.code} onValue={set("code")} />
        <Field label="Platform" value={form.platform} onValue={set("platform")} />
        <Field label="App version" value={form.version} onValue={set("version")} />
        <button type="submit">Filter</button>
      </form>
      <WithReason whom="errors">{(reason) => <Failures filters={filters} reason={reason} />}</WithReason>
    </>
  );
}
