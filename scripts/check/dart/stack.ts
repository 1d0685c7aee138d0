// The Dart engine on the local stack: a learner signs in, studies on two devices, the Dart engine and the TypeScript device, is killed, meets a
// release and an expired token, and in the end both SQLite files have the same rows.
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { Play } from "../../../client-contract/conformance/play.ts";
import { ScriptedServer } from "../../../client-contract/conformance/server/server.ts";
import { type Device, openDevice } from "../../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";
import { signToken } from "../../../supabase/tests/functions/bench.ts";
import { throwAwayStack } from "../../start/project.ts";
import { deviceId, openLab } from "../../testkit/device/devices.ts";
import { serverAttempts } from "../../testkit/device/server_rows.ts";
import { allQuestions, studyOnce } from "../../testkit/device/study.ts";
import type { Failure } from "../step.ts";
import { engineProcess } from "./conformance.ts";
import type { Dart } from "./find.ts";
import { PACKAGE } from "./kernel.ts";

/** Tables that have the same rows on every device of a learner. */
const TABLES = ["content_row", "content_node", "session", "attempt", "skill_progress", "practice"] as const;

/** The rows of a table as texts, in an order of their own. */
function rowsOf(file: string, table: string): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare(`select * from ${table}`).all().map((row) => JSON.stringify(row)).sort();
  } finally {
    db.close();
  }
}

const countIn = (file: string, table: string): number => rowsOf(file, table).length;
const heldVersion = (file: string): string => rowsOf(file, "sync_state").join();

/** Restarts the engine by SIGKILL as soon as its sync has begun to write the next release. Where the sync was faster, the kill comes after it. */
async function killInDownload(engine: Play, file: string, restart: () => Promise<void>): Promise<void> {
  const before = heldVersion(file);
  let isOver = false;
  const sync = engine.send("sync", {}).catch(() => {}).finally(() => isOver = true);
  while (!isOver && countIn(file, "content_staged") === 0 && heldVersion(file) === before) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await restart();
  await sync;
}

/** Syncs the engine, which must succeed. */
async function synced(engine: Play): Promise<void> {
  assert.deepEqual(await engine.send("sync", {}), { result: "done", code: null });
}

/** Answers questions on the engine; gives the attempts' ids. */
async function answered(engine: Play, device: Device, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, { id: question_id }] of allQuestions(device).slice(0, count).entries()) {
    const { event_id } = await engine.send("answer", {
      question_id,
      right: index % 2 === 0,
      duration_ms: 1200,
    });
    ids.push(event_id);
  }
  return ids;
}

async function live(dart: Dart, kernel: string): Promise<void> {
  await using stack = await throwAwayStack({ migrated: true });
  await using cleanup = new AsyncDisposableStack();
  const lab = cleanup.use(openLab());
  const sql = cleanup.adopt(postgres(stack.dbUrl(), { max: 1, onnotice: () => {} }), (sql) => sql.end());
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data: { user, session } } = await supabase.auth.signInAnonymously();
  assert.ok(user && session);
  const token = session.access_token;

  // The scripted server is of no use here; the place only gives the process and its folder.
  const scripted = new ScriptedServer();
  const place = cleanup.use(await engineProcess(dart, kernel)(scripted));
  const engine = new Play(scripted, place);
  const [ours, theirs] = [join(place.storage, "device.sqlite"), join(lab.folder, "device.sqlite")];
  const start = () =>
    engine.init({
      url: stack.apiUrl,
      learner_id: user.id,
      device_id: deviceId(1),
      token,
      now: Date.now(),
    });
  await start();
  const device = cleanup.use(openDevice({
    storage: openNodeSqlite(theirs),
    learnerId: user.id,
    deviceId: deviceId(2),
    url: stack.apiUrl,
    publishableKey: stack.publishableKey,
    getToken: () => token,
  }));

  // The first sync, answers, and the other device, which pulls them.
  await synced(engine);
  await device.sync();
  const ids = await answered(engine, device, 3);
  await engine.send("end_session", {});
  await synced(engine);
  ids.push(...studyOnce(device, allQuestions(device).slice(3, 6)));
  await device.sync();
  assert.ok(rowsOf(theirs, "attempt").length >= ids.length, "the other device has pulled the answers");

  // A release in between; the engine is killed while it writes it, with answers that wait.
  await sql`update content.question set explanation = 'Another word about it'`;
  await sql`select public.publish_release()`;
  ids.push(...await answered(engine, device, 2));
  await killInDownload(engine, ours, start);
  await synced(engine);
  assert.ok((await engine.send("verify", {})).intact, "the cache is whole after the kill");

  // A token that has expired is refused, and refreshed once.
  const expired = await signToken(stack, user.id, { iat: 1_700_000_000, exp: 1_700_003_600 });
  await engine.send("set_token", { token: expired, refreshed: expired });
  const refused = await engine.send("sync", {});
  assert.deepEqual(refused, { result: "failed", code: "token_expired" });
  await engine.send("set_token", { token: expired, refreshed: token });
  await synced(engine);

  await device.sync();
  await synced(engine);
  assert.deepEqual(await serverAttempts(sql, user.id), ids.sort(), "the server has each answer once");
  assert.deepEqual((await engine.dump()).outbox.filter(({ state }) => state !== "delivered"), []);
  for (const table of TABLES) {
    assert.deepEqual(rowsOf(ours, table), rowsOf(theirs, table), `both devices have the same ${table}`);
    assert.ok(countIn(ours, table) > 0, `${table} has rows`);
  }

  // The learner revokes the phone that runs the engine.
  const { error } = await createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(token),
  }).rpc("revoke_device", { device: deviceId(1) });
  assert.equal(error, null);
  assert.deepEqual(await engine.send("sync", {}), { result: "failed", code: "device_revoked" });
  assert.ok((await engine.dump()).revoked);
}

/** What went wrong on the stack; nothing if all went well. */
export async function liveOnStack(dart: Dart, kernel: string): Promise<Failure[]> {
  try {
    await live(dart, kernel);
    return [];
  } catch (error) {
    const detail = error instanceof Error ? error.stack ?? error.message : String(error);
    return [{ at: PACKAGE, message: "the Dart engine fails on the local stack", detail }];
  }
}
