// Deliveries under any interleaving of dispatchers that claim, report, are killed and come back late, and of an
// administrator who retries them and turns endpoints off and on.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { testDatabase } from "./database.ts";
import { settings } from "./settings.ts";

const MAX_ATTEMPTS = 4;

interface Claim {
  message_id: string;
  endpoint_id: string;
  attempt: number;
}

/** What may happen next. Places are taken modulo what there is. */
type Step =
  | { kind: "publish" }
  | { kind: "claim"; limit: number }
  | { kind: "report"; place: number; outcome: "delivered" | "status" | "timeout" | "gone" }
  | { kind: "retry"; place: number }
  | { kind: "toggle"; endpoint: number }
  /** Leases run out, waits are over. */
  | { kind: "time" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("publish" as const) }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("claim" as const), limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      place: fc.nat(50),
      outcome: fc.constantFrom(
        ...["delivered", "delivered", "status", "status", "timeout", "timeout", "gone"] as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("time" as const) }) },
  fc.record({ kind: fc.constant("retry" as const), place: fc.nat(50) }),
  fc.record({ kind: fc.constant("toggle" as const), endpoint: fc.nat(1) }),
);

/** As many attempts of two deliveries as there may be, none of which gets through. */
const attempts = (claimed: number): Step[] =>
  Array.from({ length: MAX_ATTEMPTS }, (_, n): Step[] => [
    { kind: "claim", limit: 4 },
    { kind: "report", place: claimed + 2 * n, outcome: "status" },
    { kind: "report", place: claimed + 2 * n + 1, outcome: "timeout" },
    { kind: "time" },
  ]).flat();

/**
 * Two deliveries die of their attempts, are retried and die again, and one is delivered after all, which few histories
 * come to by chance.
 */
const DEATH: Step[] = [
  ...attempts(0),
  { kind: "retry", place: 0 },
  { kind: "retry", place: 1 },
  ...attempts(2 * MAX_ATTEMPTS),
  { kind: "report", place: 0, outcome: "delivered" },
];

/** A delivery as it should be. */
interface Model {
  state: "pending" | "delivered" | "dead";
  attempts: number;
  /** Attempts before it was last retried. */
  before: number;
  /** Whether a claim is held, and whether its lease has run out. */
  held: "no" | "live" | "over";
  waits: boolean;
}

async function publish(tx: postgres.TransactionSql): Promise<void> {
  await tx`update content.domain set title = left(title, 100) || '!' where key = (select min(key) from content.domain)`;
  await tx`select public.publish_release()`;
}

async function play(tx: postgres.TransactionSql, steps: readonly Step[]): Promise<void> {
  const model = new Map<string, Model>();
  const claims: Claim[] = [];
  const endpoints = await tx<{ id: string }[]>`select id from ops.webhook_endpoint order by id`;
  const disabled = new Set<string>();
  const keyOf = (c: { message_id: string; endpoint_id: string }) => `${c.message_id} ${c.endpoint_id}`;
  const read = () =>
    tx<{ message_id: string; endpoint_id: string; state: string; attempts: number }[]>`
    select message_id, endpoint_id, state, attempts from ops.webhook_delivery`;

  for (const now of steps) {
    if (now.kind === "publish") {
      await publish(tx);
      for (const row of await read()) {
        if (!model.has(keyOf(row))) {
          assert.ok(!disabled.has(row.endpoint_id), "no message for whom it is turned off");
          model.set(keyOf(row), { state: "pending", attempts: 0, before: 0, held: "no", waits: false });
        }
      }
    } else if (now.kind === "time") {
      await tx`update ops.webhook_delivery set next_attempt_at = clock_timestamp() - interval '1 hour',
        claimed_until = case when claimed_until is not null then clock_timestamp() - interval '2 days' end where state = 'pending'`;
      for (const m of model.values()) {
        m.waits = false;
        if (m.held === "live") m.held = "over";
      }
    } else if (now.kind === "toggle") {
      const id = endpoints[now.endpoint]?.id ?? assert.fail();
      if (!disabled.delete(id)) disabled.add(id);
      await tx`select public.set_webhook_endpoint(${id}, ${!disabled.has(id)})`;
    } else if (now.kind === "retry") {
      const [key, m] = [...model].sort(([a], [b]) => a < b ? -1 : 1)[now.place % model.size] ?? [];
      if (!key || !m) continue;
      await tx`select public.retry_webhook(${key.split(" ")[0] ?? ""}, ${key.split(" ")[1] ?? ""})`;
      m.before = m.attempts;
      if (m.held === "no") Object.assign(m, { state: "pending", waits: false });
    } else if (now.kind === "claim") {
      const [row] = await tx<
        { claimed: Claim[] }[]
      >`select private.claim_webhooks(${now.limit}, 60)::json as claimed`;
      const claimed = row?.claimed ?? [];
      assert.ok(claimed.length <= now.limit);
      for (const claim of claimed) {
        const m = model.get(keyOf(claim));
        assert.ok(m);
        assert.equal(m.state, "pending");
        assert.notEqual(m.held, "live", "never two live leases on one delivery");
        assert.equal(m.waits, false, "never before its time");
        assert.equal(claim.attempt, ++m.attempts, "attempts are counted without gaps");
        assert.ok(m.attempts - m.before <= MAX_ATTEMPTS);
        assert.ok(!disabled.has(claim.endpoint_id), "never to whom it is turned off");
        m.held = "live";
        claims.push(claim);
      }
      // Abandoned ones beyond the limit may have been freed too, or died of it.
      const rows = await tx<
        { message_id: string; endpoint_id: string; state: Model["state"]; held: boolean; waits: boolean }[]
      >`
        select message_id, endpoint_id, state, claimed_until is not null as held, next_attempt_at > clock_timestamp() as waits from ops.webhook_delivery`;
      for (const row of rows) {
        const m = model.get(keyOf(row));
        if (m?.held !== "over" || row.held) continue;
        if (row.state === "dead") assert.equal(m.attempts - m.before, MAX_ATTEMPTS);
        Object.assign(m, { held: "no", state: row.state, waits: row.waits });
      }
    } else if (claims.length > 0) {
      const claim = claims[now.place % claims.length];
      assert.ok(claim);
      const m = model.get(keyOf(claim));
      assert.ok(m);
      const [row] = await tx<{ state: string }[]>`
        select private.record_webhook(${claim.message_id}, ${claim.endpoint_id}, ${claim.attempt}, ${now.outcome}, null, null, 1, null, 0) as state`;
      if (now.outcome === "delivered") Object.assign(m, { state: "delivered", held: "no", waits: false });
      else if (m.state === "pending" && m.held !== "no" && claim.attempt === m.attempts) {
        Object.assign(m, {
          state: now.outcome === "gone" || m.attempts - m.before === MAX_ATTEMPTS ? "dead" : "pending",
          held: "no",
          waits: true,
        });
        if (now.outcome === "gone") disabled.add(claim.endpoint_id);
      }
      assert.equal(row?.state, m.state, `after ${now.outcome} of attempt ${claim.attempt}`);
    }
    for (const row of await read()) {
      const m = model.get(keyOf(row));
      assert.deepEqual([row.state, row.attempts], [m?.state, m?.attempts]);
    }
  }
}

class Undo extends Error {}

Deno.test("S2: any interleaving of dispatchers keeps one lease for each delivery and loses no delivery", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  for (const name of ["one", "two"]) {
    await sql`select public.add_webhook_endpoint(${`https://${name}.example/hook`})`;
  }
  await sql`update ops.webhook_endpoint set max_attempts = ${MAX_ATTEMPTS} where true`;
  let dead = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
      await sql.begin(async (tx) => {
        await play(tx, [{ kind: "publish" }, ...steps]);
        // Whatever happened: with receivers that answer, everything that is not dead is delivered in the end.
        await tx`update ops.webhook_endpoint set enabled = true where not enabled`;
        for (let round = 0; round < 3; round++) {
          await tx`update ops.webhook_delivery set next_attempt_at = clock_timestamp() - interval '1 hour',
            claimed_until = case when claimed_until is not null then clock_timestamp() - interval '2 days' end where state = 'pending'`;
          const [row] = await tx<
            { claimed: Claim[] }[]
          >`select private.claim_webhooks(100, 60)::json as claimed`;
          for (const { message_id, endpoint_id, attempt } of row?.claimed ?? []) {
            await tx`select private.record_webhook(${message_id}, ${endpoint_id}, ${attempt}, 'delivered', 200, null, 1, null, 0)`;
          }
        }
        const [left] = await tx<{ pending: number; dead: number }[]>`
          select count(*) filter (where state = 'pending')::int as pending, count(*) filter (where state = 'dead')::int as dead
          from ops.webhook_delivery`;
        assert.equal(left?.pending, 0);
        dead += left.dead;
        throw new Undo();
      }).catch((error) => {
        if (!(error instanceof Undo)) throw error;
      });
    }),
    { ...settings(40), examples: [[DEATH]] },
  );
  assert.ok(dead > 0, "no delivery died");
});
