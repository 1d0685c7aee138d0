// Support's decisions about quarantined events race with the device's own re-send: whoever is first, it counts once.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { ulid } from "ulid";
import { testDatabase } from "../properties/database.ts";
import { settings } from "../properties/settings.ts";

const DEVICE = "d0000000-0000-4000-8000-000000000001";

interface Result {
  status: string;
  code?: string;
}

interface State {
  status: string;
  became_event: string | null;
}

/** Progress in a skill, right unless told otherwise. */
function advanced(learner: string, skill: string, mastery: number, id = ulid()) {
  return {
    id,
    type: "progress.advanced",
    version: 1,
    learner_id: learner,
    device_id: DEVICE,
    occurred_at: "2025-11-22T10:00:00Z",
    utc_offset_minutes: 0,
    body: { skill_id: skill, mastery },
  };
}

/** Sends lines as one batch. */
async function send(sql: postgres.Sql, learner: string, ...lines: unknown[]): Promise<Result[]> {
  const header = {
    batch_id: ulid(),
    device_id: DEVICE,
    sent_at: new Date().toISOString(),
    contract_version: 1,
  };
  const text = [header, ...lines].map((line) => typeof line === "string" ? line : JSON.stringify(line))
    .join("\n");
  const [row] = await sql<{ answer: { results: Result[] } }[]>`
    select private.ingest_for(${learner}, null, ${text}) as answer`;
  return row?.answer.results ?? [];
}

/** How often an event is in the ledger, and what came of the quarantine's rows. */
async function outcome(sql: postgres.Sql, learner: string) {
  const [row] = await sql<{ events: number; mastery: number | null; unresolved: number; actions: number }[]>`
    select (select count(*)::int from learner.event where user_id = ${learner}) as events,
      (select max(mastery)::int from learner.skill_progress where user_id = ${learner}) as mastery,
      (select count(*)::int from ops.quarantine where user_id = ${learner} and status in ('open', 'held')) as unresolved,
      (select count(*)::int from ops.quarantine_action where user_id = ${learner}) as actions`;
  assert.ok(row);
  return { ...row };
}

async function idOf(sql: postgres.Sql, learner: string): Promise<string> {
  const [row] = await sql`select encode(sha256, 'hex') as id from ops.quarantine where user_id = ${learner}`;
  return String(row?.id);
}

/** Twenty rounds on two connections, each with a learner and an event's id of its own. */
async function race(
  round: (
    one: postgres.Sql,
    two: postgres.Sql,
    subject: { learner: string; id: string; skill: string },
  ) => Promise<void>,
): Promise<void> {
  await using database = await testDatabase();
  const [one, two] = [database.connect(), database.connect()];
  const [skill] = await one<{ id: string }[]>`select id from content.skill order by id limit 1`;
  assert.ok(skill);
  for (let n = 0; n < 20; n++) {
    await round(one, two, { learner: crypto.randomUUID(), id: ulid(), skill: skill.id });
  }
}

Deno.test("U3, I4: an event counts once when support mends it while its device sends a corrected form", async () => {
  await race(async (support, device, { learner, id, skill }) => {
    await send(support, learner, advanced(learner, skill, 101, id));
    const row = await idOf(support, learner);
    const right = advanced(learner, skill, 100, id);
    const [states, results] = await Promise.all([
      support<
        State[]
      >`select * from public.mend_quarantined(${learner}, ${row}, ${
        JSON.stringify(right)
      }::text::jsonb, 'race')`,
      send(device, learner, right),
    ]);
    assert.deepEqual({ ...states[0], quarantine_id: "" }, {
      quarantine_id: "",
      status: "superseded",
      code: null,
      field: null,
      became_event: id,
    });
    const { status } = results[0] ?? assert.fail();
    assert.ok(status === "applied" || status === "duplicate", status);
    const { actions, ...rest } = await outcome(support, learner);
    assert.deepEqual(rest, { events: 1, mastery: 100, unresolved: 0 });
    // Support's mending is on record unless there was nothing left to mend.
    assert.equal(actions, status === "duplicate" ? 1 : 0);
  });
});

Deno.test("U3, I4: a conflict gets one new id when two supporters replay it at once", async () => {
  await race(async (one, two, { learner, id, skill }) => {
    await send(one, learner, advanced(learner, skill, 40, id));
    const [conflict] = await send(one, learner, advanced(learner, skill, 70, id));
    assert.equal(conflict?.code, "id_conflict");
    const row = await idOf(one, learner);
    const [first, second] = await Promise.all(
      [one, two].map((sql) =>
        sql<
          State[]
        >`select status, became_event from public.replay_quarantined(${learner}, ${[row]}, as_new_id => true)`
      ),
    );
    assert.deepEqual(first?.map((state) => ({ ...state })), second?.map((state) => ({ ...state })));
    assert.equal(first?.[0]?.status, "superseded");
    assert.deepEqual(await outcome(one, learner), { events: 2, mastery: 70, unresolved: 0, actions: 1 });
  });
});

Deno.test("U3: a corrected event counts when support discards its broken form at the same time", async () => {
  await race(async (support, device, { learner, id, skill }) => {
    await send(support, learner, advanced(learner, skill, 101, id));
    const row = await idOf(support, learner);
    const [, results] = await Promise.all([
      support`select public.discard_quarantined(${learner}, ${[row]}, 'race')`,
      send(device, learner, advanced(learner, skill, 90, id)),
    ]);
    assert.equal(results[0]?.status, "applied");
    const [kept] =
      await support`select status, resolved_event is not null as became from ops.quarantine where user_id = ${learner}`;
    assert.deepEqual({ ...kept }, { status: "superseded", became: true });
  });
});

Deno.test("U3: the job skips a learner who is syncing, and replays the others", async () => {
  await using database = await testDatabase();
  const [job, device] = [database.connect(), database.connect()];
  const busy = crypto.randomUUID();
  const idle = crypto.randomUUID();
  const note = (learner: string) => ({ ...advanced(learner, ulid(), 1), type: "note.written", body: {} });
  for (const learner of [busy, idle]) await send(job, learner, note(learner));
  await job`insert into private.event_type (type, version, rules) values ('note.written', 1, '$.body.type() == "object"')`;
  await device.begin(async (tx) => {
    await tx`select from learner.state where user_id = ${busy} for update`;
    const [run] = await job`select ops.replay_held() as applied`;
    assert.equal(run?.applied, 1);
  });
  assert.equal((await outcome(job, idle)).unresolved, 0);
  assert.equal((await outcome(job, busy)).unresolved, 1);
  const [run] = await job`select ops.replay_held() as applied`;
  assert.equal(run?.applied, 1);
  assert.equal((await outcome(job, busy)).unresolved, 0);
});

Deno.test("U3, I4: held events count once while the job replays them and their devices send them again", async () => {
  await using database = await testDatabase();
  const [job, other, ...devices] = Array.from({ length: 4 }, () => database.connect());
  assert.ok(job && other);
  await job`update ops.pressure_setting set batch_burst = 1000000, event_burst = 10000000`;
  const [skill] = await job<{ id: string }[]>`select id from content.skill order by id limit 1`;
  assert.ok(skill);
  const learners: string[] = Array.from({ length: 12 }, () => crypto.randomUUID());
  // Of version 2, which an upgrade brings in the middle of the race.
  const held = new Map(learners.map((learner) => [
    learner,
    Array.from({ length: 5 }, (_, n) => ({ ...advanced(learner, skill.id, 10 + n), version: 2 })),
  ]));
  for (const [learner, events] of held) await send(job, learner, ...events);
  let racing = true;
  const push = async (sql: postgres.Sql) => {
    for (let n = 0; racing; n++) {
      const learner = learners[n % learners.length] ?? "";
      const results = await send(sql, learner, ...held.get(learner) ?? [], advanced(learner, skill.id, 1));
      for (const { status } of results) {
        assert.ok(["quarantined", "duplicate", "applied"].includes(status), status);
      }
    }
  };
  const replay = async () => {
    await job`insert into private.event_type (type, version, kept_in, rules)
      select type, 2, kept_in, rules from private.event_type where type = 'progress.advanced'`;
    for (let empty = 0; empty < 3;) {
      // Two runs at the same time, as when an administrator calls it by hand.
      const runs = await Promise.all(
        [job, other].map((sql) => sql`select ops.replay_held('0', 2) as applied`),
      );
      empty = runs.every(([run]) => run?.applied === 0) ? empty + 1 : 0;
    }
    racing = false;
  };
  await Promise.all([replay(), ...devices.map(push)]);
  // Learners whose devices were syncing at every run are left for the next one.
  await job`select ops.replay_held()`;
  for (const [learner, events] of held) {
    const ids = events.map(({ id }) => id);
    const [row]: postgres.Row[] = await job`
      select (select count(*)::int from learner.event e where e.user_id = ${learner} and e.event_id in (
          select private.ulid_to_uuid(i) from unnest(${ids}::text[]) i)) as events,
        (select count(*)::int from ops.quarantine where user_id = ${learner} and status = 'superseded') as superseded,
        (select count(*)::int from ops.quarantine where user_id = ${learner}) as kept,
        (select mastery::int from learner.skill_progress where user_id = ${learner}) as mastery`;
    assert.deepEqual({ ...row }, { events: 5, superseded: 5, kept: 5, mastery: 14 });
  }
});

Deno.test("U3: a replay of all learners waits for nobody, and names learners who are syncing", async () => {
  await using database = await testDatabase();
  const [support, device] = [database.connect(), database.connect()];
  const learners = Array.from({ length: 3 }, () => crypto.randomUUID()).sort();
  for (const learner of learners) await send(support, learner, "not json");
  const [busy] = learners;
  const began = await device.begin(async (tx) => {
    await tx`select from learner.state where user_id = ${busy ?? ""} for update`;
    // Bounded by learners: the busy one does not count, and does not keep the others from their turn.
    const [step] = await support`select learners, busy, remaining, began_at::text
      from public.replay_all_quarantined('invalid_json', most_learners => 2)`;
    const { began_at, ...rest } = step ?? assert.fail();
    assert.deepEqual(rest, { learners: 2, busy: [busy], remaining: 1 });
    return String(began_at);
  });
  const [last] = await support`select learners, busy, remaining
    from public.replay_all_quarantined('invalid_json', ${began}::text::timestamptz)`;
  assert.deepEqual({ ...last }, { learners: 1, busy: [], remaining: 0 });
});

/** What may happen to a learner's texts. */
type Step =
  | { kind: "send"; texts: number[] }
  | { kind: "replay" }
  | { kind: "discard" | "restore"; text: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      texts: fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }),
    }),
  },
  fc.record({ kind: fc.constant("replay" as const) }),
  fc.record({ kind: fc.constantFrom("discard" as const, "restore" as const), text: fc.nat(11) }),
);

Deno.test("U3: every event that a device may drop is kept or counted, whatever support does", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`update ops.quarantine_setting set open_rows = 4, held_rows = 2`;
  const [skill] = await sql`select id from content.skill order by id limit 1`;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
      const learner = crypto.randomUUID();
      // Broken, held, and right ones, some of which share an id.
      const texts = Array.from({ length: 12 }, (_, n) => {
        if (n < 4) return `broken ${n}`;
        const id = `01KAN0000000000000000000${String(n % 6).padStart(2, "0")}`;
        const event = advanced(learner, skill?.id, n < 8 ? n : 100 + n, id);
        return JSON.stringify(n % 3 === 0 ? { ...event, type: "note.written" } : event);
      });
      const letGo = new Set<string>();
      for (const s of steps) {
        if (s.kind === "send") {
          const lines = s.texts.map((n) => texts[n] ?? "");
          const results = await send(sql, learner, ...lines);
          results.forEach(({ status }, place) => status === "retry" || letGo.add(lines[place] ?? ""));
        } else if (s.kind === "replay") {
          await sql`select public.replay_quarantined(user_id) from learner.state where user_id = ${learner}`;
        } else {
          const name = s.kind === "discard"
            ? sql`public.discard_quarantined`
            : sql`public.restore_quarantined`;
          await sql`select ${name}(user_id, array[encode(sha256, 'hex')], 'property') from ops.quarantine
            where user_id = ${learner} and body = ${texts[s.text] ?? ""}`;
        }
      }
      const kept = await sql<{ line: string }[]>`
        select body as line from ops.quarantine where user_id = ${learner}
        union select t.line from unnest(${texts}::text[]) t (line)
        join learner.event e on e.user_id = ${learner} and private.is_jsonb(t.line) and e.body = t.line::jsonb -> 'body'
          and e.type = t.line::jsonb ->> 'type'`;
      const lines = new Set(kept.map(({ line }) => line));
      for (const line of letGo) assert.ok(lines.has(line), `lost: ${line}`);
      const [load] = await sql`
        select l.open_rows, l.held_rows, count(q.*) filter (where q.status = 'open')::int as open,
          count(q.*) filter (where q.status = 'held')::int as held,
          coalesce(sum(octet_length(q.body)) filter (where q.status = 'open'), 0)::int as bytes, l.open_bytes::int
        from ops.quarantine_load l join ops.quarantine q on q.user_id = l.user_id
        where l.user_id = ${learner} group by l.user_id`;
      if (!load) return;
      assert.deepEqual([load.open_rows, load.held_rows, load.open_bytes], [load.open, load.held, load.bytes]);
    }),
    settings(40),
  );
});
