// Somebody tries the app, and then signs in to an account that exists: nothing of either is lost or counted twice.
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { throwAwayStack } from "../../scripts/start/project.ts";
import { NetworkError } from "../client/client_error.ts";
import type { DeviceOptions } from "./device.ts";
import { type Device, openDevice } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { openNodeSqlite } from "./node_sqlite.ts";

interface SignedIn {
  id: string;
  token: string;
  supabase: SupabaseClient;
}

Deno.test("U10: an anonymous learner signs in to an account that exists", async (t) => {
  await using stack = await throwAwayStack({ migrated: true });
  await using cleanup = new AsyncDisposableStack();
  using lab = openLab();
  const sql = cleanup.adopt(postgres(stack.dbUrl(), { max: 1, onnotice: () => {} }), (sql) => sql.end());
  let isLost = false;

  async function signIn(work: (supabase: SupabaseClient) => Promise<unknown>): Promise<SignedIn> {
    const supabase: SupabaseClient = createClient(stack.apiUrl, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
    await work(supabase);
    const { data: { session } } = await supabase.auth.getSession();
    assert.ok(session);
    return { id: session.user.id, token: session.access_token, supabase };
  }
  const anonymously = () => signIn((supabase) => supabase.auth.signInAnonymously());
  const withAccount = () =>
    signIn((supabase) =>
      supabase.auth.signUp({ email: `${crypto.randomUUID()}@carrel.test`, password: "correct horse battery" })
    );
  const open = (file: string, { id, token }: SignedIn, o: Partial<DeviceOptions> = {}): Device =>
    openDevice({
      storage: openNodeSqlite(join(lab.folder, `${file}.sqlite`)),
      learnerId: id,
      url: stack.apiUrl,
      publishableKey: stack.publishableKey,
      getToken: () => token,
      retry: { attempts: 1, baseMs: 1, capMs: 2, patienceMs: 0 },
      async fetch(input, init) {
        const response = await fetch(input, init);
        // The server has answered, and the device never hears of it.
        if (!isLost || !new Request(input, init).url.endsWith("/adopt")) return response;
        await response.body?.cancel();
        throw new TypeError("the connection was cut");
      },
      ...o,
    });

  await t.step(
    "U10: sent and waiting events go to the account, and its other device pulls them",
    async () => {
      const [account, anonymous] = [await withAccount(), await anonymously()];
      using tablet = open("tablet", account);
      await tablet.sync();
      const ids = studyOnce(tablet, firstQuestions(tablet).slice(0, 3));
      await tablet.sync();
      {
        using phone = open("phone", anonymous);
        await phone.sync();
        ids.push(...studyOnce(phone, firstQuestions(phone).slice(0, 4)));
        await phone.sync();
        ids.push(...studyOnce(phone, firstQuestions(phone).slice(2, 5)));
        assert.throws(
          () => open("phone", account),
          (error) => error instanceof DeviceError && error.code === "wrong_learner",
        );
      }

      // Signed in. The learner goes on at once, without the network too.
      const adopts = { learnerId: anonymous.id, token: anonymous.token };
      {
        using phone = open("phone", account, { adopts });
        assert.deepEqual(phone.status().adoption, { learnerId: anonymous.id, state: "pending", code: null });
        ids.push(...studyOnce(phone, firstQuestions(phone).slice(0, 1)));
        isLost = true;
        await assert.rejects(phone.sync(), NetworkError);
        isLost = false;
        assert.equal(phone.status().adoption?.state, "pending");
      }
      using phone = open("phone", account, { adopts });
      await phone.sync();
      const { adoption, outbox } = phone.status();
      assert.deepEqual(adoption, { learnerId: anonymous.id, state: "done", code: null });
      assert.deepEqual([outbox.pending, outbox.held_back, outbox.quarantined, outbox.dead], [0, 0, 0, 0]);
      assert.deepEqual(await serverAttempts(sql, account.id), ids.toSorted());
      assert.deepEqual(await serverAttempts(sql, anonymous.id), []);
      await tablet.sync();
      for (const device of [phone, tablet]) {
        assert.deepEqual(device.progress(), await serverProgress(sql, account.id));
      }

      // After a restore the device sends everything again, under both ids.
      await sql`select ops.rotate_history()`;
      await phone.sync();
      assert.equal(phone.status().adoption?.state, "done");
      assert.deepEqual(await serverAttempts(sql, account.id), ids.toSorted());
    },
  );

  await t.step("U10: without a proof everything is kept, and support can still join the two", async () => {
    const [account, anonymous] = [await withAccount(), await anonymously()];
    {
      using phone = open("other", anonymous);
      await phone.sync();
      studyOnce(phone, firstQuestions(phone).slice(0, 2));
    }
    await anonymous.supabase.auth.signOut();
    const adopts = { learnerId: anonymous.id, token: anonymous.token };
    {
      using phone = open("other", account, { adopts });
      await phone.sync();
      const { adoption, outbox } = phone.status();
      assert.deepEqual([adoption?.state, adoption?.code], ["refused", "adoption_proof_invalid"]);
      assert.equal(outbox.held_back, 4);
      assert.deepEqual(await serverAttempts(sql, account.id), []);
    }
    await sql`select ops.adopt_learner(${account.id}, ${anonymous.id}, 'same person')`;
    using phone = open("other", account);
    await phone.sync();
    assert.equal(phone.status().outbox.held_back, 0);
    assert.equal((await serverAttempts(sql, account.id)).length, 2);
  });

  /** A phone that an anonymous learner has studied on, offline at last, and the account that they sign in to. */
  async function studied(file: string) {
    const [account, anonymous] = [await withAccount(), await anonymously()];
    using phone = open(file, anonymous);
    await phone.sync();
    studyOnce(phone, firstQuestions(phone).slice(0, 2));
    await phone.sync();
    studyOnce(phone, firstQuestions(phone).slice(0, 2));
    return { account, anonymous, adopts: { learnerId: anonymous.id, token: anonymous.token } };
  }

  await t.step("U10, O5: an adoption that can't happen does not stop the account's own events", async () => {
    const other = await anonymously();
    const cases: [string, string, (of: Awaited<ReturnType<typeof studied>>) => unknown][] = [
      ["erased", "adoption_erased", ({ anonymous }) => sql`select ops.erase_learner(${anonymous.id})`],
      [
        "deleted",
        "adoption_erased",
        async ({ anonymous }) => {
          await sql`delete from auth.users where id = ${anonymous.id}`;
          await sql`update ops.account_deletion set erase_at = deleted_at where user_id = ${anonymous.id}`;
          await sql`select ops.run_erasures()`;
        },
      ],
      ["no token", "adoption_proof_invalid", ({ adopts }) => adopts.token = "garbage"],
      ["too long", "payload_too_large", ({ adopts }) => adopts.token += "x".repeat(20_000)],
      ["another learner's", "adoption_proof_invalid", ({ adopts }) => adopts.token = other.token],
      [
        "adopted by another",
        "adoption_refused",
        async ({ anonymous }) =>
          await sql`select ops.adopt_learner(${(await withAccount()).id}, ${anonymous.id}, 'somebody else')`,
      ],
    ];
    for (const [name, code, happen] of cases) {
      const of = await studied(name);
      await happen(of);
      using phone = open(name, of.account, { adopts: of.adopts });
      const ids = studyOnce(phone, firstQuestions(phone).slice(0, 1));
      await phone.sync();
      assert.deepEqual(phone.status().adoption, { learnerId: of.anonymous.id, state: "refused", code }, name);
      assert.deepEqual(await serverAttempts(sql, of.account.id), ids, name);
      assert.equal(phone.status().outbox.pending, 0, name);
    }
    assert.equal((await sql`select from learner.adoption where user_id = ${other.id}`).length, 0);
  });

  await t.step(
    "U10: a refused adoption succeeds with a better proof, and stays done after a restore",
    async () => {
      const { account, anonymous, adopts } = await studied("better");
      const stale = { ...adopts, token: `${adopts.token.slice(0, -4)}AAAA` };
      for (const [proof, state] of [[stale, "refused"], [adopts, "done"], [stale, "done"]] as const) {
        using phone = open("better", account, { adopts: proof });
        await phone.sync();
        assert.equal(phone.status().adoption?.state, state);
        assert.equal(phone.status().outbox.held_back > 0, state === "refused");
      }
      using phone = open("better", account);
      // As if more than 30 days had passed.
      phone.db.run("update sync_state set adoption_token = ?", stale.token);
      await sql`select ops.rotate_history()`;
      await phone.sync();
      assert.deepEqual(phone.status().adoption, { learnerId: anonymous.id, state: "done", code: null });
      assert.equal(phone.status().outbox.held_back, 0);
      assert.equal((await serverAttempts(sql, account.id)).length, 4);
    },
  );
});
