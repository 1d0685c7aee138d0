// `npm run bench`: figures beside their baselines, as ratios of the same run.
import { type Command, type Line, main, type Options, UsageError, wholeNumber } from "../command/command.ts";
import { benchAttacker } from "./attacker.ts";
import { benchAudit } from "./audit.ts";
import { benchCost } from "./cost.ts";
import { benchDelivery } from "./delivery.ts";
import { benchEndurance } from "./endurance.ts";
import { benchFleet } from "./fleet.ts";
import { benchHealth } from "./health.ts";
import { benchFunction, benchLargest } from "./ingest.ts";
import { benchAlternatives } from "./ingest_alternatives.ts";
import { benchIngestGrowth } from "./ingest_growth.ts";
import { benchIngestSql, benchReplays, LOADS } from "./ingest_sql.ts";
import { benchInstructors } from "./instructors.ts";
import { LATENCY } from "./latency.ts";
import { figures, type Result, verdict } from "./measure.ts";
import { benchPages } from "./pages.ts";
import { benchPressure } from "./pressure.ts";
import { benchPublish } from "./publish.ts";
import { benchTimeline } from "./timeline.ts";

const BENCHES = {
  alternatives: benchAlternatives,
  attacker: benchAttacker,
  audit: benchAudit,
  cost: benchCost,
  delivery: benchDelivery,
  endurance: benchEndurance,
  fleet: benchFleet,
  function: benchFunction,
  growth: benchIngestGrowth,
  health: benchHealth,
  instructors: benchInstructors,
  largest: benchLargest,
  pages: benchPages,
  pressure: benchPressure,
  publish: benchPublish,
  replays: benchReplays,
  sql: benchIngestSql,
  timeline: benchTimeline,
  ...LATENCY,
};
const BATCHES = ["sql", "replays", "function", "largest", "alternatives"] as const;
/** Names for several. */
const GROUPS: Record<string, readonly string[]> = {
  batches: BATCHES,
  content: ["publish", "pages", "delivery", "fleet"],
  ingest: [...BATCHES, "growth", "pressure"],
  latency: Object.keys(LATENCY),
};
export const COMMAND = {
  name: "npm run bench",
  operands: "[NAME …]",
  about: `Measures, each figure beside its baseline. All of it takes hours: run single benchmarks by name.

  sql                   batches in SQL
  replays               batches that arrive again
  function              batches through the Edge Function
  largest               the largest batch
  alternatives          what a team would use instead of the function
  growth                batches beside a ledger of many rows
  health                a minute's roll-up of health
  instructors           the screens of instructors and admins, with 1,000,000 attempts
  timeline              pages of the timeline of a learner with 100,000 events, as support sees them
  pressure              a hostile learner who pushes
  audit                 a large publish with and without the audit trail; sealing and verifying its log
  attacker              a hostile learner who reads content
  cost                  bytes on the wire and stored bytes of a device, for docs/deploy.md
  endurance             ten minutes without a pause
  publish, pages, delivery, fleet   a draft's way to 10,000 devices
  device                what 50,000 questions cost a device: first sync, verify, repair, delta
  hints                 a release until connected devices have it
  link                  calls of the functions with a slow link to the database
  siblings              an answer until the learner's other device shows it
  sizes                 batches of 1 to 500 events: the cost of a batch and of an event
  batches               sql, replays, function, largest, alternatives
  ingest                batches, growth, pressure
  content               publish, pages, delivery, fleet
  latency               device, hints, link, siblings, sizes

  CARREL_BENCH_LOAD=50x8        sql, function: one load alone (50 or 100 events, 8 or 32 connections)
  CARREL_BENCH_LEDGER=N         growth: rows of the large ledger; default: 4000000
  CARREL_BENCH_ROWS=N           delivery: questions in the large tables; default: 500000
  CARREL_BENCH_QUESTIONS=N      delivery, fleet, hints: questions; default: 50000
  CARREL_BENCH_DEVICES=N        fleet: devices; default: 10000
`,
  options: {
    runs: { type: "string", value: "N", default: "5", text: "pairs of runs for each figure; default: 5" },
    seconds: {
      type: "string",
      value: "S",
      default: "5",
      text:
        "length of one run; default: 5. endurance runs ten times as long for each second: 60 are ten minutes",
    },
    json: {
      type: "boolean",
      default: false,
      text: "print the results as JSON, and progress on standard error",
    },
  },
} as const satisfies Command<Options>;

function report(results: Result[]): void {
  for (const r of results) {
    console.log(`\n${r.name}`);
    console.log(`  ${figures(r)}${verdict(r)}`);
    if (r.notes) console.log(`  ${r.notes}`);
  }
}

/** Runs benchmarks by name, all of them without a name; gives the exit code. */
export async function run({ values, operands }: Line<typeof COMMAND.options>): Promise<number> {
  const runs = wholeNumber(values.runs, "--runs", 1, 1000);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UsageError("--seconds takes a number above 0.");
  if (LOADS.length === 0) throw new UsageError("CARREL_BENCH_LOAD takes 50x8, 50x32, 100x8 or 100x32.");
  const names = operands.flatMap((name) => GROUPS[name] ?? [name]);
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) throw new UsageError(`Unknown benchmark: ${unknown.join(", ")}.`);
  const chosen = Object.entries(BENCHES).filter(([name]) => names.length === 0 || names.includes(name));
  const results: Result[] = [];
  for (const [, bench] of chosen) {
    results.push(...await bench(runs, seconds, (line) => console.error(`… ${line}`)));
  }
  if (values.json) console.log(JSON.stringify({ results }));
  else report(results);
  return results.every((r) => r.pass) ? 0 : 1;
}

if (import.meta.main) await main(COMMAND, run);
