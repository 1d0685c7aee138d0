import fc from "fast-check";
import assert from "node:assert/strict";
import { decodeTime } from "ulid";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { freshUlid, nextUlid } from "./ulid.ts";

Deno.test("I4, K3: ids ascend for any clock, and have their time or a later one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 2 }), fc.integer(), (times, seed) => {
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
