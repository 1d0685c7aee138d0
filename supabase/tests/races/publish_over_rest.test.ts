// Instructors' calls over REST wait for each other as long as the calls may take, not as long as their role's other statements.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { openKeys } from "../../../scripts/local/keys.ts";
import { createRest } from "../../../scripts/local/rest/service.ts";
import { until } from "../../../scripts/local/until.ts";
import { signIn } from "../../../scripts/testkit/sign_in.ts";

/** What the roles' statements and locks may take here, instead of 8 s. */
const LIMIT = "300ms";
/** How long the calls wait: past either limit. */
const WAITED = "700 ms";

Deno.test("C5, I1: calls over REST outlast the timeouts of their role, and none is lost", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const folder = await Deno.makeTempDir();
  const sql = postgres(cluster.url("postgres"), { max: 3, onnotice: () => {} });
  // On hosted these are the platform's; here they are shortened.
  const platform = postgres(cluster.url("supabase_admin"), { max: 1, onnotice: () => {} });
  for (const role of ["authenticated", "authenticator"]) {
    for (const limit of ["statement_timeout", "lock_timeout"]) {
      await platform.unsafe(`alter role ${role} set ${limit} = '${LIMIT}'`);
    }
  }
  await platform.end();
  await sql`
    create function public.wait_as_others() returns void language sql volatile set search_path = ''
      as $$ select pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0)) $$`;
  await sql`grant execute on function public.wait_as_others() to authenticated`;
  const keys = await openKeys(`${folder}/keys.json`, "http://127.0.0.1");
  const rest = await createRest({
    databaseUrl: cluster.url,
    keys,
    apiUrl: "http://127.0.0.1",
    log: () => {},
  });
  const instructor = crypto.randomUUID();
  const [session_id] = await signIn(sql, [instructor], { role: "instructor" });
  const token = await keys.sign({
    sub: instructor,
    session_id,
    role: "authenticated",
    app_metadata: { role: "instructor" },
    exp: Math.floor(Date.now() / 1000) + 600,
  });
  async function call(name: string, parameters: Record<string, unknown> = {}) {
    const answer = await rest.fetch(
      new Request(`http://127.0.0.1/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(parameters),
      }),
      token,
    );
    return { status: answer.status, body: await answer.json() };
  }
  /** Does `work` under a lock for which so many calls have waited long, and then lets them go on. */
  async function outwait<T>(lock: string, calls: number, start: () => Promise<T>): Promise<T> {
    const { answers } = await sql.begin(async (tx) => {
      await tx.unsafe(lock);
      const answers = start();
      await until("calls that have waited for long", async () => {
        const waiting = await sql`
          select from pg_stat_activity
          where usename = 'authenticator' and wait_event_type = 'Lock' and query_start < clock_timestamp() - ${WAITED}::interval`;
        return waiting.count === calls;
      });
      // Within the object, since a promise would be waited for, and with it the transaction.
      return { answers };
    }) as { answers: Promise<T> };
    return await answers;
  }
  const PUBLISHER = "select pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0))";
  const edit = (title: string) => sql`update content.domain set title = ${title} where status = 'active'`;

  await t.step("C5: calls of other roles still end at the timeout of their role", async () => {
    await sql.begin(async (tx) => {
      await tx.unsafe(PUBLISHER);
      const { status, body } = await call("wait_as_others");
      assert.notEqual(status, 200);
      assert.ok(["57014", "55P03"].includes(body.code), body.code);
    });
  });

  await t.step("I1: two publishers wait for a third", async () => {
    await edit("Queued");
    const answers = await outwait(
      PUBLISHER,
      2,
      () => Promise.all([call("publish_release", { note: "one" }), call("publish_release", { note: "two" })]),
    );
    // The second has nothing to publish any more, and is told of the first one's release.
    assert.deepEqual(answers.map(({ status, body }) => [status, body.version]), [[200, 2], [200, 2]]);
  });

  await t.step("C5: a roll-back waits for a writer of drafts", async () => {
    const { status, body } = await outwait(
      "lock table content.question in row exclusive mode",
      1,
      () => call("rollback_release", { to_version: 1 }),
    );
    assert.deepEqual([status, body.version], [200, 3]);
  });

  await t.step("C5: a cancellation waits for the schedule that is running", async () => {
    await edit("Scheduled");
    const { body: preview } = await call("preview_release");
    const { body: schedule } = await call("schedule_release", {
      at: "2030-01-01T00:00:00Z",
      expected_hash: preview.hash,
    });
    const { status, body } = await outwait(
      `select from content.schedule where id = ${schedule.id} for update`,
      1,
      () => call("cancel_schedule", { schedule_id: schedule.id }),
    );
    assert.deepEqual([status, body.state], [200, "cancelled"]);
  });

  await t.step(
    "C5, O2: functions whose cost grows with the data have a timeout of 60 s",
    async () => {
      const rows = await sql<{ name: string }[]>`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and 'statement_timeout=60s' = any (p.proconfig) order by 1`;
      assert.deepEqual(rows.map(({ name }) => name), [
        "cancel_schedule",
        "preview_release",
        "publish_release",
        "rebuild_learner",
        "rollback_release",
        "schedule_release",
      ]);
    },
  );

  await rest.close();
  await sql.end();
  await Deno.remove(folder, { recursive: true });
});
