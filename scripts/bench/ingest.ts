// Ingest through the function, against the same function that only inserts.
import { ulid } from "ulid";
import { type BenchStack, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { type Load, load, type Pair, type Result, runPair } from "./measure.ts";

export const EVENTS = 50;
const CONNECTIONS = 8;

export interface Question {
  id: string;
  skill_id: string;
}

/** One learner's batch: a session with attempts, and progress at its end. */
export function batchOf(
  learner: string,
  device: string,
  questions: readonly Question[],
  version: number,
): string {
  const now = new Date().toISOString();
  const session = ulid();
  const line = (type: string, body: unknown) =>
    JSON.stringify({
      id: ulid(),
      type,
      version: 1,
      learner_id: learner,
      device_id: device,
      occurred_at: now,
      utc_offset_minutes: 60,
      body,
    });
  const at = Math.floor(Math.random() * (questions.length - EVENTS));
  const asked = questions.slice(at, at + EVENTS - 3);
  return [
    JSON.stringify({
      batch_id: ulid(),
      device_id: device,
      sent_at: now,
      contract_version: 1,
      content_version: version,
    }),
    line("session.started", { session_id: session, content_version: version }),
    ...asked.map((question, i) =>
      line("attempt.recorded", {
        session_id: session,
        question_id: question.id,
        content_version: version,
        answer: { choice: i % 4 },
        correct: i % 4 === 0,
        duration_ms: 5000 + i,
      })
    ),
    line("progress.advanced", {
      skill_id: asked[0]?.skill_id,
      mastery: Math.floor(Math.random() * 100),
      completed: asked.slice(0, 10).map((question) => question.id),
    }),
    line("session.ended", { session_id: session, reason: "completed" }),
  ].join("\n");
}

async function makeBaseline({ sql }: BenchStack): Promise<void> {
  await sql.unsafe(`
    create schema baseline;
    create table baseline.event (user_id uuid, event_id text, body jsonb, primary key (user_id, event_id));
    create function baseline.insert_only(p_user uuid, p_lines text) returns text language sql security definer as $$
      with kept as (
        insert into baseline.event
        select p_user, l.line::jsonb ->> 'id', l.line::jsonb
        from string_to_table(p_lines, E'\\n') with ordinality l (line, place) where l.place > 1
        on conflict do nothing returning 1)
      select json_build_object('kept', count(*))::text from kept $$;
    grant usage on schema baseline to carrel_edge;
    grant execute on function baseline.insert_only to carrel_edge;`);
}

/** Runs the measurement: `runs` pairs of `seconds` each. */
export async function benchIngest(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack();
  await publishQuestions(bench.sql, 5700);
  await makeBaseline(bench);
  const questions = await bench.sql<
    Question[]
  >`select id, skill_id from content.question order by skill_id, id`;
  const [head] = await bench.sql<{ version: number }[]>`select max(version) as version from content.release`;
  const loads = new Map<string, Load[]>();

  async function ingest(slug: string): Promise<number> {
    const learners = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      const id = crypto.randomUUID();
      return { id, device: crypto.randomUUID(), token: await bench.token(id) };
    }));
    const measured = await load(CONNECTIONS, seconds, async (worker) => {
      const learner = learners[worker];
      if (!learner) throw new Error("more workers than learners");
      const response = await fetch(`${bench.stack.apiUrl}/functions/v1/${slug}`, {
        method: "POST",
        headers: { authorization: `Bearer ${learner.token}`, "content-type": "application/x-ndjson" },
        body: batchOf(learner.id, learner.device, questions, head?.version ?? 0),
      });
      const text = await response.text();
      if (!response.ok || text.includes("quarantined")) {
        throw new Error(`${slug}: ${response.status} ${text.slice(0, 300)}`);
      }
    });
    loads.set(slug, [...loads.get(slug) ?? [], measured]);
    return measured.rate * EVENTS;
  }

  const pair: Pair = {
    name: `ingest through the function (batches of ${EVENTS}, ${CONNECTIONS} connections)`,
    unit: "events/s",
    runs,
    more: true,
    budget: null,
    measure: () => ingest("sync"),
    baseline: () => ingest("insert_only"),
    notes: () => {
      const last = loads.get("sync")?.at(-1);
      return last ? `batch p50 ${last.p50.toFixed(0)} ms, p99 ${last.p99.toFixed(0)} ms` : "";
    },
  };
  return [await runPair(pair, progress)];
}
