import fc from "fast-check";
import assert from "node:assert/strict";
import { decodeTime } from "ulid";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { bench } from "../../scripts/testkit/device/bench.ts";
import { nextId } from "./event_line.ts";
import { freshUlid, nextUlid } from "../client/ulid.ts";

/** Clocks that run, stand still and are set back. */
const times = fc.array(fc.oneof(fc.nat({ max: 2 ** 40 }), fc.constantFrom(0, 1, 1_700_000_000_000)), {
  minLength: 2,
});

Deno.test("I4, K3: ids ascend for any clock, and have their time or a later one", () => {
  fc.assert(
    fc.property(times, fc.integer(), (times, seed) => {
      const random = seededRandom(seed);
      let last = "";
      for (const time of times) {
        const id = nextUlid(last || null, time, random);
        assert.match(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
        assert.ok(id > last);
        assert.ok(decodeTime(id) >= time);
        last = id;
      }
    }),
    settings(100),
  );
});

Deno.test("I4, K3: a clock without a time makes ids of 1970", () => {
  assert.equal(decodeTime(freshUlid(0, () => 0)), 1);
});

Deno.test("I4, K3: a millisecond whose ids are used up continues in the next one", () => {
  const last = freshUlid(5, () => 0).slice(0, 10) + "Z".repeat(16);
  assert.equal(decodeTime(nextUlid(last, 3, () => 0)), 6);
});

Deno.test("I4, U10: every id has 64 fresh random bits, also while the clock stands or runs back", () => {
  fc.assert(
    fc.property(times, fc.integer(), (times, seed) => {
      const random = seededRandom(seed);
      // A generator that always draws the greatest digit shows which digits are drawn.
      const greatest = () => 1 - 2 ** -32;
      let last = freshUlid(2 ** 41, random);
      for (const time of times) {
        const drawn = nextUlid(last, time, greatest).slice(-13);
        assert.equal(drawn, "Z".repeat(13), "13 digits of 5 bits are drawn anew");
        last = nextUlid(last, time, random);
      }
    }),
    settings(100),
  );
});

Deno.test("I4, U10: two phones from one backup make different ids, even with the same clock and the same seed", () => {
  const made = new Set<string>();
  const phones = 200;
  for (let phone = 0; phone < phones; phone++) {
    using device = bench();
    const { context } = device;
    context.db.run("update sync_state set last_ulid = '7ZANB7Q0000000000000000AB'");
    made.add(nextId(context)).add(nextId(context));
  }
  assert.equal(made.size, 2 * phones);
});

Deno.test("I4, U10: an id that a table has is skipped", () => {
  using device = bench();
  const { context, clock } = device;
  const { db } = context;
  const real = crypto.getRandomValues;
  const draw = (digit: number) =>
    crypto.getRandomValues = <T>(array: T): T => {
      if (array instanceof Uint32Array) array.fill(digit * 2 ** 27);
      return array;
    };
  try {
    // The generator draws the same digits as before, until nothing else than a skip can help.
    const last = freshUlid(clock.now() + 1, () => 0);
    const taken = nextUlid(last, clock.now(), () => 0.5);
    for (
      const insert of [
        "insert into session (session_id, device_id, started_at) values (?, 'other', '2026')",
        `insert into attempt (event_id, session_id, skill_id, question_id, device_id, content_version, answer, claimed_correct, duration_ms,
         occurred_at, utc_offset_minutes) values (?, 's', 'k', 'q', 'other', 1, '{}', 0, 0, '2026', 0)`,
        "insert into dead_letter (letter_id, letter, reason, created_at) values (?, 'x', 'r', '2026')",
      ]
    ) {
      db.run("update sync_state set last_ulid = ?", last);
      db.run(insert, taken);
      draw(16);
      const id = db.transaction(() => nextId(context));
      assert.ok(id > taken, `${id} is not ${taken}`);
      for (const table of ["session", "attempt"]) db.run(`delete from ${table}`);
    }
  } finally {
    crypto.getRandomValues = real;
  }
});
