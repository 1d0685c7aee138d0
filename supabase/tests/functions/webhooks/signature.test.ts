// Signatures against the specification's published example and an independent implementation.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { sign } from "../../../functions/webhooks/signature.ts";
import { settings } from "../../properties/settings.ts";
import { expectedSignature } from "./receiver.ts";

Deno.test("S2: the specification's example is signed as published", async () => {
  const content = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
  assert.equal(
    await sign(content, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

Deno.test("S2: any text and any secrets are signed as node:crypto signs them", async () => {
  const secret = fc.uint8Array({ minLength: 24, maxLength: 64 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString("base64")}`);
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.nat(2 ** 31),
      fc.string({ unit: "grapheme" }),
      fc.array(secret, { minLength: 1, maxLength: 2 }),
      async (id, timestamp, body, secrets) => {
        const expected = secrets.map((one) => expectedSignature(one, id, String(timestamp), body)).join(" ");
        assert.equal(await sign({ id, timestamp, body }, secrets), expected);
      },
    ),
    settings(200),
  );
});
