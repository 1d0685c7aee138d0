// 10,000 devices that a release's hint reaches at once, against the queries, the memory and the CPU that 20 isolates may take for
// it. One listener hears the hint over Realtime and hands it to all: 10,000 sockets would measure the machine that holds them.
// One of the devices is the reference device with its file; the others draw their moment from the same schedule, and must ask
// what it asks. Time runs faster for all of them, so that a spread of minutes does not take minutes.
import { createClient } from "../../client-contract/client/client.ts";
import { CONTENT_SCHEMA } from "../../client-contract/contract/limits.ts";
import type { ContentHint } from "../../client-contract/contract/hint.ts";
import { type Clock, systemClock } from "../../client-contract/device/clock.ts";
import { type Device, openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import { createSchedule, runSchedule } from "../../client-contract/device/schedule.ts";
import { until } from "../local/until.ts";
import {
  type BenchStack,
  CHANGED,
  publishChanges,
  type PublishedHead,
  publishTwice,
  startBenchStack,
} from "./bench_stack.ts";
import { listen } from "./hint_listener.ts";
import { ceiling, type Result } from "./measure.ts";
import { type Reading, readMeters } from "./meter.ts";

const HINTED = Number(Deno.env.get("CARREL_BENCH_DEVICES") ?? 10_000);
const DEVICES_A_LEARNER = 2;
const ISOLATES = 20;
/** Seconds of the devices that pass in one: a spread of 200 s takes 50. */
const FASTER = 4;
/** Requests under way at the same moment; devices that are due when so many are wait for their turn. */
const AT_ONCE = 100;
const MIB = 1024 * 1024;

/** One of the fleet. */
interface Member {
  id: string;
  learner: string;
  token: string;
}

const fastClock: Clock = {
  ...systemClock,
  now: () => systemClock.now() * FASTER,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / FASTER, signal),
};

/** Devices of many learners, as their last contact left them: they hold the version of before the release. */
async function enrol({ sql, token }: BenchStack, { version }: PublishedHead): Promise<Member[]> {
  const learners = await Promise.all(
    Array.from({ length: Math.ceil(HINTED / DEVICES_A_LEARNER) }, async () => {
      const learner = crypto.randomUUID();
      return { learner, token: await token(learner) };
    }),
  );
  const members = Array.from({ length: HINTED }, (_, n) => {
    const learner = learners[n % learners.length];
    if (!learner) throw new Error("there are no learners");
    return { ...learner, id: crypto.randomUUID() };
  });
  await sql`
    insert into learner.device (user_id, device_id, content_version, first_seen_at, last_seen_at)
    select learner, device, ${version}, now() - interval '1 day', now() - interval '1 day'
    from unnest(${members.map((m) => m.learner)}::uuid[], ${
    members.map((m) => m.id)
  }::uuid[]) d (learner, device)`;
  // The hint's spread follows the planner's estimate of the devices.
  await sql`analyze learner.device`;
  return members;
}

/** Has each isolate serve the head of before the release. */
async function warmIsolates(
  bench: BenchStack,
  folder: string,
  { version, history }: PublishedHead,
  members: readonly Member[],
) {
  let next = 0;
  const token = () => members[next++ % members.length]?.token ?? "";
  const client = createClient({ url: bench.stack.apiUrl, getToken: token });
  await until(`${ISOLATES} isolates that hold a head`, async () => {
    const head = () => client.head(null, { history, expected: version });
    await Promise.all(Array.from({ length: ISOLATES * 5 }, head));
    return (await readMeters(folder)).filter(({ queries }) => queries.contentHead).length === ISOLATES;
  });
}

/** What a request says, apart from who asks. */
function formOf(url: URL, { id }: Member): string {
  return `${url.pathname.split("/").at(-1)}?${url.searchParams.toString().replace(id, "DEVICE")}`;
}

/** What the devices of a fleet have in common. */
interface Fleet {
  bench: BenchStack;
  before: PublishedHead;
  hint: ContentHint;
  /** Forms of all that they asked. */
  asked: Set<string>;
  /** Deltas that they were given: one text, if all is well. */
  deltas: Set<string>;
}

/** What the reference device does after a hint and with nothing to send, but for its file. */
async function followHint({ bench, before, hint, asked, deltas }: Fleet, member: Member): Promise<void> {
  const { history, version } = before;
  const client = createClient({
    url: bench.stack.apiUrl,
    getToken: () => member.token,
    fetch(input, init) {
      asked.add(formOf(new URL(String(input)), member));
      return fetch(input, init);
    },
  });
  const holds = { deviceId: member.id, version, history };
  const answer = await client.head(null, { history, expected: hint.version, holds });
  if (!answer.changed || answer.head.version !== hint.version) throw new Error("the head is not the release");
  // Not the client's `delta`: its check of 10,000 times the same rows would be most of what this machine does.
  const url = new URL(`${bench.stack.apiUrl}/functions/v1/content/delta`);
  const cut = { schema: CONTENT_SCHEMA, history, since: version, until: hint.version };
  for (const [name, value] of Object.entries(cut)) url.searchParams.set(name, String(value));
  asked.add(formOf(url, member));
  const response = await fetch(url, { headers: { authorization: `Bearer ${member.token}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`delta: ${response.status} ${text.slice(0, 200)}`);
  deltas.add(text);
}

/** Each at a moment of its own within the hint's spread; gives by how many of their seconds the last ones were late. */
async function spreadOut(fleet: Fleet, members: readonly Member[]): Promise<number> {
  const { hint, before: { history, version } } = fleet;
  const queue = members.map((member) => {
    const holds = { deviceId: member.id, history, version, domains: null, cursor: null };
    const schedule = createSchedule(
      { holds: () => holds, notBefore: () => 0, pollAfterS: () => 900, listeningPollAfterS: () => 14_400 },
      fastClock,
      Math.random,
    );
    schedule.begin();
    schedule.synced();
    if (!schedule.onHint(hint)) throw new Error("the hint is no news");
    return { member, dueAt: schedule.dueAt() };
  }).sort((a, b) => b.dueAt - a.dueAt);
  let late = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      await fastClock.sleep(Math.max(next.dueAt - fastClock.now(), 0));
      late = Math.max(late, fastClock.now() - next.dueAt);
      await followHint(fleet, next.member);
    }
  }));
  return late / 1000;
}

/** Queries for content since an earlier reading; contacts are counted beside them. */
function queriesSince(earlier: readonly Reading[], { pid, queries }: Reading) {
  const before = earlier.find((reading) => reading.pid === pid)?.queries ?? {};
  const sum = (names: string[]) =>
    names.reduce((sum, name) => sum + (queries[name] ?? 0) - (before[name] ?? 0), 0);
  const [contacts, content] = [
    ["recordContacts"],
    Object.keys(queries).filter((name) => name !== "recordContacts"),
  ];
  return { contacts: sum(contacts), content: sum(content) };
}

/** Brings the reference device to what is published, and then keeps it there by hints. */
async function startReference(bench: BenchStack, folder: string, member: Member, asked: string[]) {
  const device: Device = openDevice({
    storage: openNodeSqlite(`${folder}/device.sqlite`),
    learnerId: member.learner,
    deviceId: member.id,
    url: bench.stack.apiUrl,
    getToken: () => member.token,
    fetch(input, init) {
      asked.push(formOf(new URL(String(input)), member));
      return fetch(input, init);
    },
    clock: fastClock,
  });
  const end = new AbortController();
  const loop = runSchedule(device.schedule(), (o) => device.sync(o), fastClock, end.signal);
  await until("the reference device's first sync", () => device.status().syncedAt !== null);
  return {
    device,
    loop,
    async [Symbol.asyncDispose]() {
      end.abort();
      await loop.done;
      device[Symbol.dispose]();
    },
  };
}

/** The measurement: one release, told to all. */
export async function benchHinted(progress: (line: string) => void): Promise<Result[]> {
  await using cleanup = new AsyncDisposableStack();
  const [meters, files] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  for (const folder of [meters, files]) cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const bench = cleanup.use(await startBenchStack({ METER_FOLDER: meters }, ISOLATES));
  progress(`publishing, and enrolling ${HINTED} devices`);
  const before = await publishTwice(bench);
  const [first, ...members] = await enrol(bench, before);
  if (!first) throw new Error("there are no devices");
  const askedByReference: string[] = [];
  const reference = cleanup.use(await startReference(bench, files, first, askedByReference));
  await warmIsolates(bench, meters, before, members);
  const { promise: heard, resolve: onHint } = Promise.withResolvers<ContentHint>();
  cleanup.use(await listen(bench.stack, { ...first, onHint }));
  const earlier = await readMeters(meters);
  askedByReference.length = 0;

  const [moment] = await bench.sql<{ now: string }[]>`select clock_timestamp()::text as now`;
  const release = await publishChanges(bench.sql);
  const hint = await heard;
  if (hint.version !== release.version) throw new Error("the hint is of another release");
  progress(`${HINTED} devices ask within ${hint.spread_s} s, ${FASTER} times as fast`);
  const started = performance.now();
  const fleet: Fleet = { bench, before, hint, asked: new Set(), deltas: new Set() };
  reference.loop.onHint(hint);
  const late = await spreadOut(fleet, members);
  await until("the reference device", () => reference.device.status().version === hint.version);
  const seconds = (performance.now() - started) / 1000;

  const [delta = ""] = fleet.deltas;
  const isRight = fleet.deltas.size === 1 && delta.includes(`"kind":"end","rows":${CHANGED}`);
  if (!isRight || !(await reference.device.verify()).ok) throw new Error("not all devices are current");
  const forms = [...fleet.asked].sort().join("\n");
  if (forms !== askedByReference.toSorted().join("\n")) {
    throw new Error(`the reference device asked\n${askedByReference.join("\n")}\nand the others\n${forms}`);
  }
  await until("all contacts", async () => {
    const [row] = await bench.sql<{ count: number }[]>`
      select count(*)::int as count from learner.device where last_seen_at > ${moment?.now ?? ""}`;
    return row?.count === HINTED;
  });

  const readings = await readMeters(meters);
  const counts = readings.map((reading) => queriesSince(earlier, reading));
  const greatest = (values: number[]) => Math.max(...values);
  const total = counts.reduce((sum, { contacts }) => sum + contacts, 0);
  const stats = (await bench.stack.functions.stats()).filter(({ slug, pid }) =>
    slug === "content" && readings.some((reading) => reading.pid === pid)
  );
  if (stats.length !== ISOLATES) throw new Error(`${stats.length} isolates have readings`);
  const name = `${HINTED} devices hinted at once, ${ISOLATES} isolates`;
  return [
    ceiling(
      `${name}: content queries of the busiest isolate`,
      "queries",
      greatest(counts.map(({ content }) => content)),
      3,
      `contacts besides: ${
        greatest(counts.map(({ contacts }) => contacts))
      } calls at most, ${total} in all; ` +
        `all current after ${
          seconds.toFixed(0)
        } s, a spread of ${hint.spread_s} s ${FASTER} times as fast, ` +
        `${late.toFixed(0)} s late at most`,
    ),
    ceiling(
      "  the same: memory of the largest isolate",
      "MiB",
      greatest(stats.map(({ usage }) => (usage?.peakRssBytes ?? NaN) / MIB)),
      256,
    ),
    ceiling(
      "  the same: CPU of an isolate from a request's arrival to the end of its answer, at most",
      "ms",
      greatest(readings.map(({ requestCpuMs }) => requestCpuMs)),
      100,
    ),
  ];
}
