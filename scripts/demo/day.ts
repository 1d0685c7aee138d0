// A learner's day, step by step, with every claim checked: publish, sync, study offline, crash, reconnect over a bad
// network, new release, second device, support.
import type postgres from "postgres";
import { z } from "zod";
import { type Device, openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import { createRpc } from "../../client-contract/client/rpc.ts";
import { createSupportRpc } from "../../client-contract/client/support.ts";
import type { Stack } from "../local/stack.ts";
import type { Person } from "./cast.ts";
import type { Role } from "../users/create_users.ts";
import type { Edition } from "./curriculum.ts";
import { damageAndRepair } from "./damage.ts";
import { keepInSync } from "./hint.ts";
import type { Narrator } from "./narrator.ts";
import { createNetwork, type Network } from "./network.ts";
import { Server } from "./server.ts";
import { study } from "./studying.ts";
import { oneOfEachType } from "./types.ts";

/** Answers in each of the two sessions, and after how many of the second's the phone dies. */
const ANSWERS = 20;
const KILL_AFTER = 7;

/** What a day is made of. */
export interface Day {
  stack: Stack;
  sql: postgres.Sql;
  people: Record<Role, Person>;
  edition: Edition;
  /** For the devices' files. */
  folder: string;
  narrator: Narrator;
}

const EventId = z.object({ event_id: z.string() });

interface Phone {
  device: Device;
  network: Network;
  file: string;
  deviceId: string;
}

/** A phone of the learner; without a file, a new one. */
function phone({ stack, people, folder }: Day, name: string, deviceId: string, network: Network): Phone {
  const file = `${folder}/${name}.sqlite`;
  const device = openDevice({
    storage: openNodeSqlite(file),
    learnerId: people.learner.id,
    deviceId,
    url: stack.apiUrl,
    getToken: people.learner.token,
    publishableKey: stack.publishableKey,
    fetch: network.fetch,
    platform: name,
    appVersion: "1.0.0",
    // A day in the demo is short; the defaults wait up to 30 s.
    retry: { attempts: 8, baseMs: 20, capMs: 200, patienceMs: 10_000 },
  });
  return { device, network, file, deviceId };
}

async function publish(day: Day, note: string, prepare: () => Promise<string>): Promise<number> {
  const { narrator, people } = day;
  narrator.tell(await prepare());
  const rpc = createRpc(people.instructor.client);
  const preview = await rpc.previewRelease(1);
  narrator.tell(`preview: ${preview.upserts} rows to write, ${preview.deletes} to withdraw`);
  const refusal = await createRpc(people.learner.client).publishRelease({ note }).catch((error) =>
    error.code
  );
  narrator.same("a learner may not publish", refusal, "forbidden");
  const head = await rpc.publishRelease({ note, expected_hash: preview.hash, force: true });
  narrator.tell(
    `the instructor published version ${head.version}: ${head.questions} questions in ${head.skills} skills`,
  );
  return head.version;
}

async function firstSync(day: Day, a: Phone, server: Server): Promise<void> {
  const { narrator } = day;
  narrator.chapter("Device A fetches the whole curriculum");
  const report = await a.device.sync();
  narrator.tell(
    `${report.rows} rows in ${Math.round(a.network.counts.bytesIn / 1024)} KiB of lines, before gzip`,
  );
  narrator.check("A's root hash equals the published root hash", (await a.device.verify()).ok);
  narrator.check("A's cached rows equal the published bytes", await server.holdsSameBytes(a.device));
}

async function offline(day: Day, a: Phone, skillId: string): Promise<string[]> {
  const { narrator, people } = day;
  narrator.chapter("The train enters a tunnel: two sessions offline, and the phone dies in the second");
  a.network.online = false;
  const failure = await a.device.sync().then(() => "synced", (error) => error.constructor.name);
  narrator.same("a sync without a network fails with NetworkError", failure, "NetworkError");
  a.device[Symbol.dispose]();

  const who = { file: a.file, learnerId: people.learner.id, deviceId: a.deviceId, skillId };
  const first = await study({ ...who, count: ANSWERS });
  narrator.tell(`session 1: ${first.length} answers`);
  const cut = await study({ ...who, count: ANSWERS }, KILL_AFTER);
  narrator.tell(
    `session 2: the app was killed (SIGKILL) after it had reported ${cut.length} answers as written`,
  );
  const survived = phone(day, "A", a.deviceId, a.network);
  const after = survived.device.status().outbox;
  const kept = survived.device.db.all(EventId, "select event_id from outbox").map((row) => row.event_id);
  narrator.check(
    "every answer reported as written is still in the outbox after the restart",
    cut.every((id) => kept.includes(id)),
  );
  narrator.check(
    "the outbox holds no answer twice",
    new Set(kept).size === kept.length && after.pending === kept.length,
  );
  const written = kept.length - first.length - 4;
  narrator.same("the interrupted session is still open", survived.device.openSessions().length, 1);
  survived.device[Symbol.dispose]();

  const rest = await study({ ...who, count: 2 * ANSWERS - first.length - written });
  narrator.tell(`the learner continues the session: ${rest.length} more answers`);
  return [...first, ...rest];
}

async function drain(day: Day, a: Phone, server: Server): Promise<void> {
  const { narrator } = day;
  narrator.chapter("The network returns, but every third reply is lost");
  const before = a.device.status().outbox.pending;
  a.network.online = true;
  a.network.dropEvery = 3;
  // So that the very first reply, to the batch with the day's work, is among the lost ones.
  a.network.counts.requests = 2;
  a.network.batches.length = 0;
  // Several times, as an app in the foreground would.
  for (let i = 0; i < 4; i++) await a.device.sync();
  a.network.dropEvery = 0;
  const counts = await server.counts();
  narrator.tell(
    `${a.network.counts.requests - 2} requests, ${a.network.counts.lost} replies lost, ` +
      `${counts.duplicates} events received twice by the server`,
  );
  narrator.check("the server recognised every resent event as a duplicate", counts.duplicates >= before);
  narrator.same("the outbox is empty", a.device.status().outbox.pending, 0);
  narrator.same("the server holds every event", counts.events, before);
  narrator.same("the server counted every answer once", counts.attempts, 2 * ANSWERS);
  narrator.same("nothing was quarantined", counts.quarantined, 0);
}

async function secondRelease(day: Day, a: Phone, server: Server): Promise<void> {
  const { narrator, edition, people } = day;
  narrator.chapter("The instructor publishes corrections");
  const held = a.device.status().version;
  await using loop = await keepInSync(people.learner, a.device);
  const before = a.network.counts.bytesIn;
  const version = await publish(day, "corrections", edition.second);
  const published = performance.now();
  const report = await loop.next();
  narrator.tell(
    `A heard the hint and was up to date ${
      Math.round(performance.now() - published)
    } ms after the publish call returned`,
  );
  const change = await server.changesSince(held);
  narrator.tell(
    `A applied ${report.rows} rows (${change.upserts} written, ${change.deletes} withdrawn) ` +
      `in ${Math.round((a.network.counts.bytesIn - before) / 1024)} KiB`,
  );
  narrator.same("A holds the new version", report.version, version);
  narrator.same("A applied exactly the rows that changed", report.rows, change.upserts + change.deletes);
  narrator.check("A's root hash equals the new published root hash", (await a.device.verify()).ok);
  narrator.check("A's cached rows equal the published bytes", await server.holdsSameBytes(a.device));
}

async function secondDevice(day: Day, a: Phone, b: Phone, server: Server, skillId: string): Promise<void> {
  const { narrator } = day;
  narrator.chapter("The same learner signs in on a new device B");
  const report = await b.device.sync();
  narrator.tell(`B fetched ${report.rows} content rows and ${report.pulled} of the learner's own rows`);
  narrator.check("B's cached rows equal the published bytes", await server.holdsSameBytes(b.device));
  const onServer = await server.progress(skillId);
  const { mastery, correct, attempts, completed } = onServer;
  narrator.tell(
    `progress: mastery ${mastery}, ${correct} of ${attempts} right, ${completed.length} questions completed`,
  );
  narrator.same("A shows the server's progress", server.comparable(a.device.progressIn(skillId)), onServer);
  narrator.same("B shows the server's progress", server.comparable(b.device.progressIn(skillId)), onServer);
}

async function replay(day: Day, a: Phone, server: Server, skillId: string): Promise<void> {
  const { narrator, stack, people } = day;
  narrator.chapter("An old batch is sent again, byte for byte");
  const before = { ...await server.counts(), duplicates: 0 };
  const progress = await server.progress(skillId);
  const old = a.network.batches[0];
  if (!old) throw new Error("no batch was recorded");
  old.headers.set("authorization", `Bearer ${await people.learner.token()}`);
  const response = await fetch(`${stack.apiUrl}/functions/v1/sync`, { method: "POST", ...old });
  const { batch } = await response.json();
  const statuses = new Set(batch.results.map((result: { status: string }) => result.status));
  narrator.same(`all ${batch.results.length} events are answered with duplicate`, [...statuses], [
    "duplicate",
  ]);
  narrator.same("no event was counted twice", { ...await server.counts(), duplicates: 0 }, before);
  narrator.same("progress is unchanged", await server.progress(skillId), progress);
}

async function support(day: Day, server: Server): Promise<void> {
  const { narrator, people, sql } = day;
  narrator.chapter("Support reads the learner's day");
  const look = { learner: people.learner.id, reason: "The demo shows a look" };
  const refusal = await createSupportRpc(people.learner.client).timeline(look).catch((error) => error.code);
  narrator.same("a learner may not read the support timeline", refusal, "forbidden");
  const timeline = await createSupportRpc(people.support.client).timeline({ ...look, page_rows: 200 });
  const shown = timeline.filter(({ kind, summary }) => kind !== "event" && !summary.startsWith("0 events"));
  for (const entry of shown.reverse()) {
    narrator.tell(`${entry.at.slice(11, 23)}  ${entry.kind.padEnd(10)}  ${entry.summary}`);
  }
  const kinds = new Set(timeline.map((entry) => entry.kind));
  narrator.check(
    "the timeline shows batches, events and devices",
    ["batch", "event", "device"].every((kind) => kinds.has(kind)),
  );
  const [entry] = await sql`
    select actor from ops.audit where action = 'support_timeline' order by id desc limit 1`;
  narrator.same("the audit log names the support agent who read it", entry?.actor, people.support.id);
  const plan = await server.telemetry();
  narrator.tell(
    `telemetry received from the devices: ${[...plan].map(([type, n]) => `${n} ${type}`).join(", ")}`,
  );
  narrator.same(
    "telemetry reports the offline period and the repair",
    [plan.get("offline.used"), plan.get("cache.repaired")],
    [1, 1],
  );
}

/** Plays the whole day. Failed claims are counted by the narrator. */
export async function liveTheDay(day: Day): Promise<void> {
  const { narrator, edition, people, sql } = day;
  const server = new Server(sql, people.learner.id);
  narrator.chapter("The instructor publishes the first release");
  await publish(day, "first release", edition.first);

  const deviceIds = { a: crypto.randomUUID(), b: crypto.randomUUID() };
  const network = createNetwork();
  const first = phone(day, "A", deviceIds.a, network);
  await firstSync(day, first, server);
  const snapshotBytes = network.counts.bytesIn;
  const skillId = first.device.skills(first.device.domains()[0]?.id ?? "")[0]?.id ?? "";
  await offline(day, first, skillId);

  const a = phone(day, "A", deviceIds.a, network);
  await drain(day, a, server);
  await secondRelease(day, a, server);
  const reopen = () => phone(day, "A", deviceIds.a, network).device;
  a.device = await damageAndRepair({ narrator, sql, server, reopen, snapshotBytes }, a);
  const { device } = a;
  const publishDrafts = (note: string, prepare: () => Promise<string>) => publish(day, note, prepare);
  await oneOfEachType({ narrator, sql, device, learnerId: people.learner.id, publish: publishDrafts });
  const b = phone(day, "B", deviceIds.b, createNetwork());
  await secondDevice(day, a, b, server, skillId);
  await replay(day, a, server, skillId);
  await support(day, server);
  a.device[Symbol.dispose]();
  b.device[Symbol.dispose]();
}
