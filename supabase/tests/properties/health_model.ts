// The sums of health, counted anew over all raw rows of a time of arrival: the plain meaning of what the database adds up minute by minute.
import type postgres from "postgres";

interface Row {
  user: string;
  device: string;
  id: string;
  type: string;
  body: Record<string, unknown>;
  /** Microseconds since 1970; `hour` is the hour of arrival as the database writes it. */
  received: number;
  occurred: number;
  hour: string;
  correct: boolean | null;
  skew: number | null;
  offset: number | null;
}

interface QuarantineRow {
  user: string;
  device: string;
  id: string;
  seen: number;
  /** The event that it became, and when; both null while it waits. */
  became: string | null;
  resolved: number | null;
  is_report: boolean;
}

/** A period of arrival in microseconds since 1970: `from` included, `to` not. */
export interface Period {
  from: number;
  to: number;
}

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const BOUNDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21600, 86400];

const bucketOf = (ms: number) => String(BOUNDS.find((bound) => ms <= bound * 1000) ?? "+Inf");

/** The time of a ULID in its uuid form, in microseconds. */
const timeOf = (uuid: string) => Number.parseInt(uuid.replaceAll("-", "").slice(0, 12), 16) * 1000;

const read = (sql: postgres.Sql, table: "learner.event" | "ops.telemetry", from: number) =>
  sql<Row[]>`
    select user_id as user, device_id as device, event_id as id, type, body, (extract(epoch from received_at) * 1000000)::float8 as received,
      (extract(epoch from occurred_at) * 1000000)::float8 as occurred, to_char(received_at at time zone 'utc', 'YYYY-MM-DD HH24') as hour,
      ${
    table === "learner.event"
      ? sql`graded_correct as correct, clock_skew_ms::float8 as skew, clock_offset_ms::float8 as offset`
      : sql`null as correct, null as skew, null as offset`
  }
    from ${sql(table)} where received_at >= to_timestamp(${from / 1e6})`;

/** The sums by `hour metric label`, of learners who sent nothing before. Reports of new events are judged in a period of their own, `grace` (microseconds) after their arrival. */
export async function recount(
  sql: postgres.Sql,
  counted: Period,
  judged: Period,
  grace: number,
): Promise<Map<string, number>> {
  const [events, all] = [
    await read(sql, "learner.event", counted.from),
    await read(sql, "ops.telemetry", counted.from),
  ];
  const quarantine = await sql<QuarantineRow[]>`
    select user_id as user, device_id as device, event_id as id, (extract(epoch from first_seen_at) * 1000000)::float8 as seen,
      body ~ 'outbox|cache|offline|app\.' as is_report, case status when 'superseded' then resolved_event end as became,
      (extract(epoch from resolved_at) * 1000000)::float8 as resolved
    from ops.quarantine where event_id is not null and first_seen_at >= to_timestamp(${counted.from / 1e6})`;
  // What waited in quarantine has the time of its first arrival, and is counted once it was applied. Reports that waited are not counted.
  const waits = (row: Row) =>
    quarantine.filter((one) => one.user === row.user && one.became === row.id && one.seen === row.received)
      .map(({ resolved }) => resolved ?? 0);
  const countedAt = (row: Row) => waits(row).length > 0 ? Math.min(...waits(row)) : row.received;
  const reports = all.filter((row) => waits(row).length === 0);
  const batches = await sql<{ hour: string; received: number; results: Record<string, number> }[]>`
    select to_char(received_at at time zone 'utc', 'YYYY-MM-DD HH24') as hour, (extract(epoch from received_at) * 1000000)::float8 as received,
      jsonb_build_object('applied', applied, 'duplicate', duplicate, 'quarantined', quarantined, 'retry', retry) as results
    from learner.batch where received_at >= to_timestamp(${counted.from / 1e6})`;

  const sums = new Map<string, number>();
  const add = (hour: string, metric: string, label: string, amount: number) => {
    const key = `${hour} ${metric} ${label}`;
    const sum = (sums.get(key) ?? 0) + amount;
    if (sum === 0) sums.delete(key);
    else sums.set(key, sum);
  };
  const within = (at: number, { from, to }: Period) => at >= from && at < to;

  const offline = reports.filter(({ type, received }) => type === "offline.used" && received < counted.to);
  for (const event of events.filter((event) => within(countedAt(event), counted))) {
    add(event.hour, "events", event.type, 1);
    if (event.type !== "attempt.recorded") continue;
    add(event.hour, "answers", event.correct === null ? "ungraded" : event.correct ? "correct" : "wrong", 1);
    if (event.skew === null) continue;
    const delay = Math.max(
      Math.round((event.received - event.occurred) / 1000) - (event.offset ?? event.skew),
      0,
    );
    const arrival = event.occurred + delay * 1000;
    const isOffline = delay > 60_000 && offline.some((report) => {
      const began = report.occurred - Number(report.body.duration_ms) * 1000;
      return report.user === event.user && report.device === event.device && report.id > event.id &&
        timeOf(report.id) <= arrival + HOUR && began <= arrival && timeOf(event.id) >= began - HOUR;
    });
    if (isOffline) add(event.hour, "answers_offline", "", 1);
    else {
      add(event.hour, "answer_delay", bucketOf(delay), 1);
      add(event.hour, "answer_delay_ms", "", delay);
    }
  }

  for (const { type, body, received, hour } of reports) {
    if (!within(received, counted)) continue;
    add(hour, "reports", type, 1);
    const timed = (metric: string) => {
      add(hour, metric, bucketOf(Number(body.duration_ms)), 1);
      add(hour, `${metric}_ms`, "", Number(body.duration_ms));
    };
    if (type === "outbox.attempted") {
      add(hour, "sends", body.answered === true ? "answered" : "failed", 1);
      timed("send");
    } else if (type === "outbox.dead_lettered") add(hour, "dead_letters", "", 1);
    else if (type === "cache.checked") {
      add(hour, "cache_checks", Number(body.damaged) > 0 ? "damaged" : "intact", 1);
    } else if (type === "cache.refreshed") timed("cache_refresh");
    else if (type === "cache.repaired") timed("cache_repair");
    else if (type === "app.failed") add(hour, "failures", body.fatal === true ? "fatal" : "handled", 1);
    else if (type === "app.recovered") timed("recovery");
    else if (type === "offline.used") {
      add(hour, "offline_periods", body.completed === true ? "completed" : "unfinished", 1);
      add(hour, "offline_reads", "", Number(body.reads));
      add(hour, "offline_reads_local", "", Math.min(Number(body.local_reads), Number(body.reads)));
    }
  }

  for (const { hour, received, results } of batches) {
    if (!within(received, counted)) continue;
    add(hour, "batches", "", 1);
    for (const [result, count] of Object.entries(results)) add(hour, "results", result, count);
  }

  const created = reports.filter(({ type }) => type === "outbox.created");
  for (const report of created) {
    if (!within(report.received, judged)) continue;
    const due = report.received + grace;
    const after = created
      .filter((r) =>
        r.user === report.user && r.device === report.device && r.id < report.id && r.received < due
      )
      .map(({ id }) => id).sort().at(-1);
    const isMeant = (row: { user: string; device: string; id: string }) =>
      row.user === report.user && row.id < report.id &&
      (after === undefined || (row.id > after && row.device === report.device));
    const held = new Set([
      ...events.filter((event) => isMeant(event) && event.received < due).map(({ id }) => id),
      ...quarantine.filter((row) => isMeant(row) && row.seen < due && !row.is_report).map(({ id }) => id),
    ]);
    add(report.hour, "outbox_events", "made", Number(report.body.events));
    add(report.hour, "outbox_events", "held", Math.min(held.size, Number(report.body.events)));
  }
  return sums;
}
