// An older copy of the database is put back: what was lost comes back from the devices, once; what was erased does not.
import assert from "node:assert/strict";
import { ProblemError } from "../client/client_error.ts";
import type { Device } from "./device.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startRestorableServer } from "../../scripts/testkit/device/restorable.ts";
import { serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

const LEARNER = "1a000000-0000-4000-8000-000000000001";
const FORGOTTEN = "1a000000-0000-4000-8000-000000000002";
const LEFT = "1a000000-0000-4000-8000-000000000003";

const isErased = (error: unknown) =>
  error instanceof ProblemError && error.code === "erased" && !error.retryable;

Deno.test("I4, I11, O5: every event is there once after a restore, and erased learners stay erased", async () => {
  await using server = await startRestorableServer();
  const sql = () => server.sql;
  using lab = openLab();
  const open = (n: number, learnerId: string) => lab.open(n, { learnerId, handle: server.handle });
  using phone = open(1, LEARNER);
  using tablet = open(2, LEARNER);
  using forgotten = open(3, FORGOTTEN);
  using left = open(4, LEFT);
  const devices = [phone, tablet, forgotten, left];
  const answered = new Map<Device, string[]>(devices.map((device) => [device, []]));
  const study = (device: Device) =>
    answered.get(device)?.push(...studyOnce(device, firstQuestions(device).slice(0, 4)));
  const history = async () => (await sql()`select private.history() as id`)[0]?.id;

  for (const device of devices) {
    await device.sync();
    study(device);
    await device.sync();
  }
  await sql()`insert into auth.users (id, email) values (${LEFT}, 'left@carrel.test')`;
  await sql()`select ops.set_deletion_grace('0 seconds')`;
  const first = await history();
  await server.backUp();
  assert.equal(await history(), first, "a copy alone changes nothing");

  // 1 After the copy: study that reaches the server, an account deleted, a learner forgotten, study still on its way.
  for (const device of devices) {
    study(device);
    await device.sync();
  }
  await sql()`delete from auth.users where id = ${LEFT}`;
  await sql()`select ops.erase_learner(${FORGOTTEN}), ops.run_erasures()`;
  await assert.rejects(forgotten.sync(), isErased);
  const [{ kept } = { kept: undefined }] = await sql()`select ops.export_erasures()::text as kept`;
  study(phone);

  // 2 The older copy.
  await server.restore();
  assert.notEqual(await history(), first, "the restore shows by itself");
  assert.equal((await serverAttempts(sql(), LEARNER)).length, 8, "half of it is lost");
  assert.equal((await serverAttempts(sql(), FORGOTTEN)).length, 4, "and what was erased is back");
  // No job runs here; how late that is depends on when the database was made.
  const alarms = async () =>
    (await sql()`select name from public.alarms() where name <> 'job_late'`).map(({ name }) => name);
  assert.deepEqual(await alarms(), ["erasures_unchecked"]);

  // 3 The devices come by, of whom one knows nothing of its erasure any more.
  for (const device of [tablet, phone, left, tablet]) await device.sync();
  const all = [phone, tablet].flatMap((device) => answered.get(device) ?? []).sort();
  assert.equal(all.length, 20);
  assert.deepEqual(await serverAttempts(sql(), LEARNER), all, "every event is there, once");
  const progress = await serverProgress(sql(), LEARNER);
  assert.equal([...progress.values()].reduce((sum, { attempts }) => sum + attempts, 0), 20);
  for (const device of [phone, tablet]) {
    assert.deepEqual(device.progress(), progress);
    const { pending, quarantined } = device.status().outbox;
    assert.deepEqual([pending, quarantined], [0, 0]);
  }

  // 4 What docs/restore.md asks for.
  const [{ count } = { count: 0 }] = await sql()`select ops.reapply_erasures(${kept}::text::jsonb) as count`;
  assert.equal(count, 2);
  await sql()`select ops.run_erasures()`;
  for (const learner of [FORGOTTEN, LEFT]) {
    assert.deepEqual(await serverAttempts(sql(), learner), [], "erased learners stay erased");
  }
  for (const device of [forgotten, left]) await assert.rejects(device.sync(), isErased);
  assert.deepEqual([...await sql()`select id from auth.users`], []);
  assert.deepEqual(await alarms(), []);
  assert.equal((await serverAttempts(sql(), LEARNER)).length, 20);
});
