// `npm run bench`: figures beside their baselines, as ratios of the same run.
import { parseArgs } from "node:util";
import { benchDelivery } from "./delivery.ts";
import { benchEndurance } from "./endurance.ts";
import { benchFleet } from "./fleet.ts";
import { benchFunction, benchLargest } from "./ingest.ts";
import { benchAlternatives } from "./ingest_alternatives.ts";
import { benchIngestGrowth } from "./ingest_growth.ts";
import { benchIngestSql, benchReplays, LOADS } from "./ingest_sql.ts";
import { figures, type Result } from "./measure.ts";
import { benchPages } from "./pages.ts";
import { benchPressure } from "./pressure.ts";
import { benchPublish } from "./publish.ts";

const BENCHES = {
  alternatives: benchAlternatives,
  delivery: benchDelivery,
  endurance: benchEndurance,
  fleet: benchFleet,
  function: benchFunction,
  growth: benchIngestGrowth,
  largest: benchLargest,
  pages: benchPages,
  pressure: benchPressure,
  publish: benchPublish,
  replays: benchReplays,
  sql: benchIngestSql,
};
const BATCHES = ["sql", "replays", "function", "largest", "alternatives"] as const;
/** Names for several. */
const GROUPS: Record<string, readonly string[]> = {
  batches: BATCHES,
  content: ["publish", "pages", "delivery", "fleet"],
  ingest: [...BATCHES, "growth", "pressure"],
};
const USAGE = `npm run bench -- [NAME …] [--runs N] [--seconds S] [--json]
  sql, replays, function, largest     batches in SQL, those that come again, through the function, and the largest one
  alternatives  what a team would pick instead of the function; batches stands for these five
  growth, pressure, endurance         a ledger of many rows, a hostile learner, ten minutes without a pause
  ingest        stands for batches, growth and pressure; the long mode is: CARREL_BENCH_LEDGER=20000000 npm run bench -- ingest endurance --seconds 60
  publish, pages, delivery, fleet     a draft's way to 10,000 devices; content stands for them
  --runs N      pairs of runs for each figure, by default 5
  --seconds S   length of one run, by default 5; of endurance a tenth: 60 make its ten minutes
  CARREL_BENCH_LOAD=50x8  of sql and function one load alone: 50 or 100 events, 8 or 32 connections
  CARREL_BENCH_LEDGER=N   rows of growth's large ledger, by default 4000000
  CARREL_BENCH_ROWS=N     questions in delivery's large tables, by default 500000
  CARREL_BENCH_QUESTIONS=N, CARREL_BENCH_DEVICES=N   of delivery and fleet, by default 50000 and 10000
  --json        prints {"results": […]}; progress goes to standard error`;

function report(results: Result[]): void {
  for (const r of results) {
    const verdict = r.budget === null ? "" : `, budget ${r.budget}: ${r.pass ? "kept" : "MISSED"}`;
    console.log(`\n${r.name}`);
    console.log(`  ${figures(r)}${verdict}`);
    if (r.notes) console.log(`  ${r.notes}`);
  }
}

function readArguments() {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [runs, seconds] = [Number(values.runs), Number(values.seconds)];
  const names = positionals.flatMap((name) => GROUPS[name] ?? [name]);
  const chosen = Object.entries(BENCHES).filter(([name]) => names.length === 0 || names.includes(name));
  const wrong = [
    ...names.filter((name) => !(name in BENCHES)).map((name) => `There is no benchmark ${name}.`),
    ...LOADS.length > 0 ? [] : ["CARREL_BENCH_LOAD is none of 50x8, 50x32, 100x8, 100x32."],
    ...runs >= 1 && seconds > 0 ? [] : ["--runs is at least 1, --seconds more than 0."],
  ];
  if (values.help || wrong.length > 0) {
    console.error([...wrong, USAGE].join("\n"));
    Deno.exit(values.help ? 0 : 2);
  }
  return { chosen, runs, seconds, json: values.json };
}

const { chosen, runs, seconds, json } = readArguments();
const results: Result[] = [];
for (const [, bench] of chosen) {
  results.push(...await bench(runs, seconds, (line) => console.error(`… ${line}`)));
}
if (json) console.log(JSON.stringify({ results }));
else report(results);
Deno.exit(results.every((r) => r.pass) ? 0 : 1);
