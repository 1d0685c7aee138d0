// One hostile learner among others: what the others still get, against the same load without that learner.
import { type BenchStack, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { ascendingUlids, batchOf, newSender, type Sender as Learner } from "./ingest_batches.ts";
import { publishedQuestions } from "./ingest_sql.ts";
import { type Load, load, median, type Pair, type Result, runPair } from "./measure.ts";

const CONNECTIONS = 8;
const HOSTILE_CONNECTIONS = 20;
const HOSTILE_EVENTS = 500;
const ISOLATES = 2;
/** Learners of a run take turns: one alone would be over the limit after 300 batches, and nobody sends so much. */
const LEARNERS = 400;

/** Events of the others' batches. */
const EVENTS = 50;

/** A learner that can call the API. */
type Sender = Learner & { token: string };

async function newCaller(bench: BenchStack): Promise<Sender> {
  const sender = newSender();
  return { ...sender, token: await bench.token(sender.learner) };
}

/** The largest batch there is: sessions that start. */
function hostileBatch({ learner, device }: Sender): string {
  const now = new Date().toISOString();
  const ids = ascendingUlids();
  const event = () => ({
    id: ids.next().value,
    type: "session.started",
    version: 1,
    learner_id: learner,
    device_id: device,
    occurred_at: now,
    utc_offset_minutes: 0,
    body: { session_id: ids.next().value, content_version: 1 },
  });
  const header = { batch_id: ids.next().value, device_id: device, sent_at: now, contract_version: 1 };
  return [header, ...Array.from({ length: HOSTILE_EVENTS }, event)].map((line) => JSON.stringify(line)).join(
    "\n",
  );
}

/** Runs the measurement: `runs` pairs of `seconds` each. */
export async function benchPressure(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack({}, ISOLATES);
  await publishQuestions(bench.sql, 5700);
  // As they are for everybody.
  await bench
    .sql`update ops.pressure_setting set event_burst = default, events_per_s = default, batch_burst = default, batches_per_s = default,
      byte_burst = default, bytes_per_s = default, stored_bytes_per_day = default, batch_records_per_day = default`;
  const questions = await publishedQuestions(bench.sql);
  const loads = { calm: [] as Load[], pressed: [] as Load[] };
  const hostile = { taken: 0, refused: 0 };

  async function send({ token }: Sender, body: string, signal?: AbortSignal): Promise<number> {
    const response = await fetch(`${bench.stack.apiUrl}/functions/v1/sync`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      body,
      signal,
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Asks again at once, whatever the answer says, on all its connections. */
  async function attack(signal: AbortSignal): Promise<void> {
    const sender = await newCaller(bench);
    await Promise.all(Array.from({ length: HOSTILE_CONNECTIONS }, async () => {
      for (let body = hostileBatch(sender); !signal.aborted;) {
        const status = await send(sender, body, signal).catch(() => 0);
        if (status === 200) {
          hostile.taken++;
          body = hostileBatch(sender);
        } else if (status !== 0) hostile.refused++;
      }
    }));
  }

  async function others(): Promise<Load> {
    const senders = await Promise.all(Array.from({ length: LEARNERS }, () => newCaller(bench)));
    let turn = 0;
    return await load(CONNECTIONS, seconds, async () => {
      const sender = senders[turn++ % senders.length];
      if (!sender) throw new Error("nobody sends");
      const status = await send(sender, batchOf(sender, questions, 1, EVENTS));
      if (status !== 200) throw new Error(`a learner who did nothing wrong got ${status}`);
    });
  }

  async function pressed(): Promise<Load> {
    const end = new AbortController();
    const attacking = attack(end.signal);
    // From the first request on, so with the burst that a full bucket lets through.
    const measured = await others();
    end.abort();
    await attacking;
    return measured;
  }

  const pair: Pair = {
    name:
      `other learners beside a hostile one (${HOSTILE_CONNECTIONS} parallel requests of ${HOSTILE_EVENTS} events)`,
    unit: "events/s",
    runs,
    more: true,
    budget: 0.7,
    async measure() {
      const measured = await pressed();
      loads.pressed.push(measured);
      return measured.rate * EVENTS;
    },
    async baseline() {
      const measured = await others();
      loads.calm.push(measured);
      return measured.rate * EVENTS;
    },
    notes() {
      const p99 = (of: Load[]) => median(of.map((one) => one.p99));
      const [beside, alone] = [p99(loads.pressed), p99(loads.calm)];
      return `others' batch p99 ${beside.toFixed(0)} ms against ${alone.toFixed(0)} ms, ratio ${
        (beside / alone).toFixed(2)
      }; ` +
        `the hostile one had ${hostile.taken} batches taken, ${hostile.refused} refused`;
    },
  };
  return [await runPair(pair, progress)];
}
