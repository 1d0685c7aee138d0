// Sign-outs and revocations at the moment of a batch or a contact: once they have returned, nothing more is written.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { ulid } from "ulid";
import { signIn } from "../../../scripts/testkit/sign_in.ts";
import { testDatabase } from "../properties/database.ts";
import { somebodyWaits } from "./waiting.ts";

type Query = postgres.Sql | postgres.TransactionSql;

/** Sends an empty batch, and says how it went. */
async function push(sql: Query, learner: string, session: string, device: string): Promise<string> {
  const header = {
    batch_id: ulid(),
    device_id: device,
    sent_at: new Date().toISOString(),
    contract_version: 1,
  };
  return await sql`select private.ingest_for(${learner}, ${session}, ${JSON.stringify(header)})`
    .then(() => "taken", (error: postgres.PostgresError) => error.code);
}

const revoke = (sql: Query, learner: string, device: string) =>
  sql`select public.revoke_device(${device}, null, ${learner})`;

/** A learner with a session and a device. */
async function newcomer(sql: postgres.Sql) {
  const learner = crypto.randomUUID();
  const [session = ""] = await signIn(sql, [learner]);
  return { learner, session, device: crypto.randomUUID() };
}

Deno.test("U8: a batch that waits for a revocation is refused, under a new id too", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  const { learner, session, device } = await newcomer(sql);
  assert.equal(await push(one, learner, session, device), "taken");
  const answers = await one.begin(async (tx) => {
    await revoke(tx, learner, device);
    const waiting = [device, crypto.randomUUID()].map((id) => push(two, learner, session, id));
    await somebodyWaits(sql);
    return { waiting };
  });
  assert.deepEqual(await Promise.all(answers.waiting), ["CR082", "CR082"]);
  assert.equal((await sql`select from learner.batch where user_id = ${learner}`).count, 1);
});

Deno.test("U8: a revocation that waits for a batch ends the session of that batch", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  const { learner, session, device } = await newcomer(sql);
  const { revoked } = await one.begin(async (tx) => {
    assert.equal(await push(tx, learner, session, device), "taken");
    const revoked = revoke(two, learner, device).execute();
    await somebodyWaits(sql);
    return { revoked };
  });
  await revoked;
  assert.equal(await push(one, learner, session, crypto.randomUUID()), "CR082");
});

Deno.test("I9: a batch that waits for its learner's lock during a sign-out is refused", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  const { learner, session, device } = await newcomer(sql);
  await push(sql, learner, session, device);
  const { waiting } = await one.begin(async (tx) => {
    await tx`select from learner.state where user_id = ${learner} for update`;
    const waiting = push(two, learner, session, device);
    await somebodyWaits(sql);
    await sql`delete from auth.sessions where user_id = ${learner}`;
    return { waiting };
  });
  assert.equal(await waiting, "CR023");
});

Deno.test("U8: a device that is revoked at the moment of its first contact stays revoked", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  for (let round = 0; round < 20; round++) {
    const { learner, session, device } = await newcomer(sql);
    const contact = JSON.stringify([{ learner, session, device, version: null }]);
    const first = round % 2 === 0
      ? () => push(two, learner, session, device)
      : () => two`select private.record_contacts(${contact}::text::json)`;
    await Promise.all([revoke(one, learner, device), first()]);
    const rows =
      await sql`select revoked_at is not null as revoked from learner.device where user_id = ${learner}`;
    assert.deepEqual(rows.map(({ revoked }) => revoked), [true]);
    assert.equal(await push(one, learner, session, device), "CR082");
  }
});
