// The Dart engine on the local stack: a learner signs in, studies on two devices, the Dart engine and the TypeScript device, is killed, meets a
// release and an expired token, and in the end both SQLite files have the same rows.
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { join } from "node:path";
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
import { killInWrite } from "./kill_in_write.ts";
import { differences, emptyTables, rowsOf } from "./tables.ts";

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

  // The server has counted two answers, and the engine is killed while it writes their results.
  ids.push(...await answered(engine, device, 2));
  await killInWrite(engine, { file: ours, moment: "results", restart: start });
  assert.deepEqual(await serverAttempts(sql, user.id), ids.toSorted(), "the server has the answers");
  const waiting = (await engine.dump()).outbox.filter(({ state }) => state === "pending").map(({ id }) => id);
  assert.ok(ids.slice(-2).every((id) => waiting.includes(id)), "the engine still has both answers to send");
  // A release, and the engine is killed while it puts the release into effect.
  await sql`update content.question set explanation = 'Another word about it'`;
  await sql`select public.publish_release()`;
  await killInWrite(engine, { file: ours, moment: "release", restart: start });
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
  assert.deepEqual(differences(ours, theirs), [], "both devices have the same rows");
  assert.deepEqual(emptyTables(ours), [], "each table has rows");

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
