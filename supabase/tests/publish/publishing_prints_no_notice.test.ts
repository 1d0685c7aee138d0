// What psql prints beside the results: PostgreSQL's notices, which a person who publishes would take for a warning.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";

Deno.test("C5: publishing, previewing, scheduling and rolling back print no NOTICE", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const notices: unknown[] = [];
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: ({ message }) => notices.push(message) });
  try {
    await sql`do $$ begin raise notice 'heard'; end $$`;
    assert.deepEqual(notices.splice(0), ["heard"]);
    await sql`select public.publish_release()`;
    await sql`update content.question set prompt = prompt || '!' where id = (select min(id::text)::uuid from content.question)`;
    const [preview] = await sql`select public.preview_release() ->> 'hash' as hash`;
    assert.ok(preview);
    await sql`select public.schedule_release(now() + interval '1 hour', ${preview.hash})`;
    await sql`select ops.run_due_schedule(now() + interval '2 hours')`;
    await sql`select public.rollback_release(1, null, true)`;
    await sql`select ops.restore_shelved(array(select id from content.shelf))`;
    await sql`select public.publish_release()`;
    assert.deepEqual(notices, []);
  } finally {
    await sql.end();
  }
});
