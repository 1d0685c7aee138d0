// The metric families: what each counter, gauge and histogram of the endpoint is called, and which sums of the database it shows.

/** Where a family's samples come from: the sums since the first run, or the last measurement. */
interface Source {
  /** The name without unit and suffix. It begins with `carrel_` on the wire. */
  name: string;
  help: string;
  /** The metric of `ops.health_total` or `ops.health_gauge`. */
  metric: string;
  /** The name of the label that tells the parts apart; absent: there are none. */
  label?: string;
}

/** Counts that only grow. */
export const COUNTERS: readonly Source[] = [
  { name: "events", help: "Events that arrived in the ledger", metric: "events", label: "type" },
  {
    name: "answers",
    help: "Answers that arrived, by the server's grading",
    metric: "answers",
    label: "grading",
  },
  { name: "answers_offline", help: "Answers of offline periods", metric: "answers_offline" },
  { name: "batches", help: "Batches on record", metric: "batches" },
  {
    name: "batch_events",
    help: "Events of these batches by their result",
    metric: "results",
    label: "result",
  },
  {
    name: "outbox_events",
    help: "Events that devices reported as made, and those of them that were held in time",
    metric: "outbox_events",
    label: "state",
  },
  { name: "reports", help: "Telemetry events that arrived", metric: "reports", label: "type" },
  {
    name: "sends",
    help: "Batches that devices sent, by their own reports",
    metric: "sends",
    label: "outcome",
  },
  { name: "dead_letters", help: "Events that devices gave up", metric: "dead_letters" },
  { name: "cache_checks", help: "Checks of devices' caches", metric: "cache_checks", label: "result" },
  { name: "offline_periods", help: "Offline periods of study", metric: "offline_periods", label: "outcome" },
  { name: "offline_reads", help: "Content reads of offline periods", metric: "offline_reads" },
  {
    name: "offline_local_reads",
    help: "Content reads of offline periods that the device answered itself",
    metric: "offline_reads_local",
  },
  { name: "app_failures", help: "Failures of apps", metric: "failures", label: "kind" },
];

/** Durations in seconds. The database also has the sum of the milliseconds of each, as `<metric>_ms`. */
export const HISTOGRAMS: readonly Source[] = [
  { name: "answer_delay", help: "Time from an answer to its arrival", metric: "answer_delay" },
  {
    name: "answer_delay_offline",
    help: "Those of the answer delays that turned out to be of an offline period: subtract them",
    metric: "answer_delay_offline",
  },
  { name: "send_duration", help: "Time from the first attempt to send a batch to its end", metric: "send" },
  { name: "cache_refresh_duration", help: "Updates of caches", metric: "cache_refresh" },
  { name: "cache_repair_duration", help: "Repairs of damaged caches", metric: "cache_repair" },
  {
    name: "recovery_duration",
    help: "Time from a failure of an app until it worked again",
    metric: "recovery",
  },
];

/** Values of the present. */
export const GAUGES: readonly (Source & { unit?: "seconds" })[] = [
  { name: "devices_seen", help: "Devices seen within 24 hours", metric: "devices_seen" },
  { name: "learners_seen", help: "Learners seen within 24 hours", metric: "learners_seen" },
  {
    name: "devices_after_release",
    help: "Devices seen a day or more after a release, and those of them that have it",
    metric: "devices_newest",
    label: "state",
  },
  {
    name: "quarantined_events",
    help: "Events that wait in quarantine",
    metric: "quarantine",
    label: "status",
  },
  {
    name: "quarantine_age",
    help: "Age of the oldest event that waits for support",
    metric: "quarantine_age",
    unit: "seconds",
  },
  { name: "answers_voided", help: "Answers that are voided", metric: "answers_voided" },
  {
    name: "webhook_deliveries",
    help: "Deliveries that were given up or are late",
    metric: "webhooks",
    label: "state",
  },
  { name: "alarms", help: "Rows of alarms() that nobody has acknowledged", metric: "alarms", label: "alarm" },
  {
    name: "alarms_acknowledged",
    help: "Acknowledged rows of alarms()",
    metric: "alarms_acknowledged",
    label: "alarm",
  },
];
