// What happened to one learner, newest first: filters and pages are part of the address.
import { useState } from "preact/hooks";
import { TIMELINE_KINDS, type TimelineEntry } from "../../client-contract/client/support_look.ts";
import { useLoad } from "../data/load.ts";
import { Field, Select } from "../parts/field.tsx";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { LearnerFrame, type LearnerLook } from "./learner_frame.tsx";
import { Details, EventLink } from "./links.tsx";
import { localTime, utcTime } from "./local_time.ts";

const PAGE_ROWS = 50;
const FILTERS = ["kind", "device", "code", "from", "to"] as const;
type Filters = Partial<Record<typeof FILTERS[number], string>>;

const KIND_LABELS: Readonly<Record<typeof TIMELINE_KINDS[number], string>> = {
  batch: "batches",
  event: "events",
  report: "reports of devices",
  telemetry: "telemetry",
  quarantine: "stuck events",
  action: "decisions about stuck events",
  device: "first contacts of devices",
  operation: "operations and looks of staff",
};

const columns = (learner: string): readonly Column<TimelineEntry>[] => [
  { label: "Time", cell: ({ at }) => <Time at={at} /> },
  { label: "Kind", cell: ({ kind }) => kind },
  {
    label: "What happened",
    cell: ({ summary, detail }) => {
      const event = detail?.event_id;
      return (
        <>
          {summary}
          {typeof event === "string" && (
            <p class="sub">
              Event <EventLink event={event} learner={learner} />
            </p>
          )}
        </>
      );
    },
  },
  {
    label: "More",
    cell: ({ at, kind, detail }) =>
      detail === null ? "–" : <Details of={`the ${kind} of ${at}`} value={detail} />,
  },
];

function readFilters(query: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  }));
}

function FilterForm({ learner, filters }: { learner: string; filters: Filters }) {
  const [kind, setKind] = useState(filters.kind ?? "");
  const [device, setDevice] = useState(filters.device ?? "");
  const [code, setCode] = useState(filters.code ?? "");
  const [from, setFrom] = useState(localTime(filters.from));
  const [to, setTo] = useState(localTime(filters.to));
  const submit = (event: Event) => {
    event.preventDefault();
    goTo(linkTo(["support", "learners", learner, "timeline"], {
      kind: kind || undefined,
      device: device.trim() || undefined,
      code: code.trim() || undefined,
      from: utcTime(from),
      to: utcTime(to),
    }));
  };
  return (
    <form class="filters" onSubmit={submit} aria-label="Filters of the timeline">
      <Select
        label="Kind"
        value={kind}
        onValue={setKind}
        options={[
          ["", "all but telemetry"],
          ...TIMELINE_KINDS.map((one) => [one, KIND_LABELS[one]] as const),
        ]}
      />
      <Field label="Device" value={device} onValue={setDevice} />
      <Field label="Error code" value={code} onValue={setCode} />
      <Field label="From" type="datetime-local" value={from} onValue={setFrom} />
      <Field label="Before" type="datetime-local" value={to} onValue={setTo} />
      <button type="submit">Filter</button>
    </form>
  );
}

function Entries({ look, filters, after }: { look: LearnerLook; filters: Filters; after: string | null }) {
  const { support } = useApi();
  const { learner } = look;
  const kind = TIMELINE_KINDS.find((one) => one === filters.kind);
  const loaded = useLoad(JSON.stringify([look, filters, after]), () =>
    support.timeline({
      ...look,
      with_kinds: kind && [kind],
      with_device: filters.device,
      with_code: filters.code,
      from_time: filters.from,
      to_time: filters.to,
      after: after ?? undefined,
      page_rows: PAGE_ROWS,
    }));
  return (
    <Show of={loaded}>
      {(rows) => (
        <>
          <Table
            caption="Newest first; events stand at the time when their device made them"
            columns={columns(learner)}
            rows={rows}
            rowKey={({ cursor }) => cursor}
            empty={after === null ? "Nothing happened that fits these filters." : "There is nothing older."}
          />
          <Pager
            what="the timeline"
            isFirst={after === null}
            next={rows.length === PAGE_ROWS ? rows.at(-1)?.cursor : undefined}
            linkOf={(cursor) =>
              linkTo(["support", "learners", learner, "timeline"], { ...filters, after: cursor })}
          />
        </>
      )}
    </Show>
  );
}

/** A learner's page. */
export function Timeline({ learner, query }: { learner: string; query: URLSearchParams }) {
  const filters = readFilters(query);
  return (
    <LearnerFrame learner={learner} tab="timeline" hasAnswers>
      {(look) => (
        <>
          <FilterForm key={JSON.stringify(filters)} learner={learner} filters={filters} />
          <Entries look={look} filters={filters} after={query.get("after")} />
        </>
      )}
    </LearnerFrame>
  );
}
