// Writes what the database has summed up as text: OpenMetrics 1.0, or the Prometheus format 0.0.4 for those who ask for nothing else.
import { COUNTERS, GAUGES, HISTOGRAMS } from "./families.ts";

/** A sum or a value of the database. */
export interface Sample {
  metric: string;
  label: string;
  value: number;
}

/** A row of sync_health. */
export interface Figure {
  name: string;
  status: string;
  value: number | null;
  target: number;
}

/** What `private.metrics()` returns. */
export interface Snapshot {
  totals: Sample[];
  gauges: Sample[];
  figures: Figure[];
  /** When the gauges were measured, and up to when arrivals are counted: seconds since 1970. */
  measured_at: number | null;
  counted_until: number;
}

/** The two formats, by media type. */
export type Format = "openmetrics" | "prometheus";

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
};

/** The states of a health figure. */
const STATUSES = ["ok", "warning", "failing", "unknown"];

type Labels = readonly (readonly [name: string, value: string])[];

const escaped = (text: string) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** A sample's line. */
function line(name: string, labels: Labels, value: number): string {
  const inner = labels.map(([key, text]) => `${key}="${escaped(text)}"`).join(",");
  return `${name}${inner === "" ? "" : `{${inner}}`} ${value}`;
}

/** A bound as OpenMetrics writes it: a number with a point. */
const bound = (label: string) => label === "+Inf" || label.includes(".") ? label : `${label}.0`;

const byBound = (a: Sample, b: Sample) =>
  Number(a.label.replace("+Inf", "Infinity")) - Number(b.label.replace("+Inf", "Infinity"));

/** The text of a snapshot. */
export function expose(snapshot: Snapshot, format: Format): string {
  const lines: string[] = [];
  const isOpen = format === "openmetrics";
  /** Begins a family. A counter's name has no suffix in OpenMetrics. */
  const family = (name: string, type: string, help: string, unit = "") => {
    const head = type === "counter" && !isOpen ? `${name}_total` : name;
    lines.push(`# TYPE ${head} ${type === "stateset" && !isOpen ? "gauge" : type}`);
    if (unit !== "" && isOpen) lines.push(`# UNIT ${head} ${unit}`);
    lines.push(`# HELP ${head} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
  };
  const of = (samples: readonly Sample[], metric: string) =>
    samples.filter((sample) => sample.metric === metric);
  const labelled = (label: string | undefined, value: string): Labels =>
    label === undefined ? [] : [[label, value]];

  for (const { name, help, metric, label } of COUNTERS) {
    family(`carrel_${name}`, "counter", help);
    const samples = of(snapshot.totals, metric);
    // Without parts a counter exists before its first count.
    const shown = samples.length === 0 && label === undefined ? [{ label: "", value: 0 }] : samples;
    for (const sample of shown) {
      lines.push(line(`carrel_${name}_total`, labelled(label, sample.label), sample.value));
    }
  }
  for (const { name, help, metric } of HISTOGRAMS) {
    const full = `carrel_${name}_seconds`;
    family(full, "histogram", help, "seconds");
    let count = 0;
    const buckets = of(snapshot.totals, metric).toSorted(byBound);
    for (const { label, value } of buckets) {
      count += value;
      if (label !== "+Inf") lines.push(line(`${full}_bucket`, [["le", bound(label)]], count));
    }
    lines.push(line(`${full}_bucket`, [["le", "+Inf"]], count));
    lines.push(line(`${full}_sum`, [], (of(snapshot.totals, `${metric}_ms`)[0]?.value ?? 0) / 1000));
    lines.push(line(`${full}_count`, [], count));
  }
  for (const { name, help, metric, label, unit } of GAUGES) {
    const full = `carrel_${name}${unit ? `_${unit}` : ""}`;
    family(full, "gauge", help, unit);
    for (const sample of of(snapshot.gauges, metric)) {
      lines.push(line(full, labelled(label, sample.label), sample.value));
    }
  }
  family(
    "carrel_counted_until_seconds",
    "gauge",
    "Arrivals before this time are counted (Unix time)",
    "seconds",
  );
  lines.push(line("carrel_counted_until_seconds", [], snapshot.counted_until));
  family("carrel_measured_at_seconds", "gauge", "When the gauges were measured (Unix time)", "seconds");
  if (snapshot.measured_at !== null) lines.push(line("carrel_measured_at_seconds", [], snapshot.measured_at));
  family("carrel_health_value", "gauge", "The values of sync_health");
  for (const { name, value } of snapshot.figures) {
    if (value !== null) lines.push(line("carrel_health_value", [["figure", name]], value));
  }
  family("carrel_health_target", "gauge", "The targets of sync_health");
  for (const { name, target } of snapshot.figures) {
    lines.push(line("carrel_health_target", [["figure", name]], target));
  }
  family("carrel_health_status", "stateset", "The status of each figure of sync_health");
  for (const { name, status } of snapshot.figures) {
    for (const state of STATUSES) {
      lines.push(
        line(
          "carrel_health_status",
          [["figure", name], ["carrel_health_status", state]],
          state === status ? 1 : 0,
        ),
      );
    }
  }
  if (isOpen) lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

/** The format that a client accepts: OpenMetrics if its `accept` names it before, or as much as, plain text. */
export function formatFor(accept: string | null): Format {
  const weights = new Map(
    (accept ?? "").split(",").map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
      return [type, Number.isFinite(weight) ? weight : 0];
    }),
  );
  const open = weights.get("application/openmetrics-text") ?? 0;
  return open > 0 && open >= (weights.get("text/plain") ?? 0) ? "openmetrics" : "prometheus";
}
