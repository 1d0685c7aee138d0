// Signatures against the specification's published example and its own library.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { sign } from "../../../functions/webhooks/signature.ts";
import { settings } from "../../properties/settings.ts";
import { type Arrival, verifies } from "./receiver.ts";

Deno.test("S2: the example of the specification has the published signature", async () => {
  const content = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
  assert.equal(
    await sign(content, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

/** Secrets of the lengths that the specification allows. */
const secret = fc.uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString("base64")}`);

Deno.test("S2: any text and secrets are signed like in the library of Standard Webhooks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.nat(2 ** 31),
      fc.string({ unit: "grapheme" }),
      fc.array(secret, { minLength: 1, maxLength: 2 }),
      async (id, timestamp, body, secrets) => {
        const expected = secrets.map((one) => new Webhook(one).sign(id, new Date(timestamp * 1000), body));
        assert.equal(await sign({ id, timestamp, body }, secrets), expected.join(" "));
      },
    ),
    settings(200),
  );
});

Deno.test("S2: the library verifies with each of two secrets, and refuses any other secret, text, id or time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.string({ unit: "grapheme" }),
      fc.uniqueArray(secret, { minLength: 3, maxLength: 3 }),
      async (id, body, [current = "", previous = "", other = ""]) => {
        const timestamp = Math.floor(Date.now() / 1000);
        const arrival = (o: { id?: string; timestamp?: number; body?: string } = {}): Arrival => ({
          path: "/",
          headers: new Headers({
            "webhook-id": o.id ?? id,
            "webhook-timestamp": String(o.timestamp ?? timestamp),
            "webhook-signature": signature,
          }),
          body: o.body ?? body,
        });
        const signature = await sign({ id, timestamp, body }, [current, previous]);
        const verdicts = [current, previous, other].map((one) => verifies(arrival(), one));
        assert.deepEqual(verdicts, [true, true, false]);
        for (const changed of [{ id: `${id}1` }, { timestamp: timestamp - 1 }, { body: `${body} ` }]) {
          assert.ok(!verifies(arrival(changed), current));
        }
      },
    ),
    settings(100),
  );
});

Deno.test("S2: the library refuses a message that is 6 minutes old", async () => {
  const content = { id: "msg_1", timestamp: Math.floor(Date.now() / 1000) - 360, body: "{}" };
  const one = `whsec_${btoa("a".repeat(24))}`;
  const headers = new Headers({
    "webhook-id": content.id,
    "webhook-timestamp": String(content.timestamp),
    "webhook-signature": await sign(content, [one]),
  });
  assert.ok(!verifies({ path: "/", headers, body: content.body }, one));
});
