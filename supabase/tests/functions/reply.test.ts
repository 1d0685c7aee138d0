// The encoding and the validator of an answer follow RFC 9110, and a reader that stops keeps nothing for long.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createLearnerLimits } from "../../functions/_shared/learner_limits.ts";
import { responseOf, whenRead } from "../../functions/_shared/outgoing.ts";
import { payloadOf, reply } from "../../functions/_shared/reply.ts";
import { serveFunction } from "../../functions/_shared/serve.ts";
import { testClock } from "./clock.ts";

const payload = await payloadOf("x".repeat(2000));
const options = { contentType: "text/plain", cacheControl: "private", etag: "0123456789abcdef" };
const answer = (headers: Record<string, string>) =>
  reply(new Request("http://carrel.test/", { headers }), payload, options);

Deno.test("C1: an answer is gzipped only for callers that accept gzip and do not prefer the plain text", async () => {
  const gzipped: [acceptEncoding: string, expected: boolean][] = [
    ["gzip", true],
    ["br, gzip", true],
    ["GZIP;Q=0.5", true],
    ["x-gzip", true],
    ["*", true],
    ["br;q=1.0, *;q=0.1", true],
    ["gzip;q=0.001, deflate", true],
    ["identity;q=0.5, gzip", true],
    ["gzip ; q=1", true],
    ["", false],
    ["gzip;q=0", false],
    ["gzip; q=0.000", false],
    ["br", false],
    ["identity", false],
    ["*;q=0", false],
    ["gzip;q=0, *", false],
    ["identity, gzip;q=0.5", false],
    ["notgzip", false],
    ["gzip;q=x", false],
  ];
  for (const [acceptEncoding, expected] of gzipped) {
    const response = answer({ "accept-encoding": acceptEncoding });
    assert.equal(response.headers.get("content-encoding"), expected ? "gzip" : null, acceptEncoding);
    assert.equal(response.headers.get("vary"), "accept-encoding");
    const body = new Uint8Array(await response.arrayBuffer());
    assert.deepEqual(body, expected ? payload.gzip : payload.plain, acceptEncoding);
  }
  assert.equal(answer({}).headers.get("content-encoding"), null);
});

Deno.test("C1: a strong validator, a weak one, one in a list and * are answered with 304", () => {
  const etag = '"0123456789abcdef"';
  for (const validator of [`W/${etag}`, etag, `"other", W/${etag}`, `"a,b" ,${etag}`, "*", " * "]) {
    const response = answer({ "if-none-match": validator });
    assert.deepEqual([response.status, response.body], [304, null], validator);
    assert.equal(response.headers.get("etag"), `W/${etag}`);
  }
  for (const validator of ['W/"other"', "0123456789abcdef", '"*"', `"x${etag}`, '""', ""]) {
    assert.equal(answer({ "if-none-match": validator }).status, 200, validator);
  }
});

Deno.test("U8: a learner who reads no answers keeps four places for two minutes, and no place of others", async () => {
  const clock = testClock();
  const limits = createLearnerLimits(clock);
  // More than the buffers of a connection take.
  const bytes = crypto.getRandomValues(new Uint8Array(65536));
  const large = new Uint8Array(16 * 1024 * 1024).map((_, n) => bytes[n % 65536] ?? 0);
  let asked = 0;
  const handler = serveFunction(
    "content",
    ({ headers }) => Promise.resolve({ learner: headers.get("authorization") ?? "", session: null }),
    ({ learner }) =>
      limits.admit(learner, () => {
        asked++;
        return Promise.resolve(responseOf(large, new Headers(), clock));
      }, whenRead),
  );
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}/content`;
  const ask = (learner: string) => fetch(url, { headers: { authorization: learner } });
  const stalled = Array.from({ length: 4 }, () => {
    const socket = connect(server.addr.port, "127.0.0.1").on("error", () => {});
    socket.pause();
    socket.write("GET /content HTTP/1.1\r\nhost: carrel.test\r\nauthorization: hostile\r\n\r\n");
    return socket;
  });
  while (asked < 4) await delay(5);

  const refused = ask("hostile");
  while (clock.waits().length < 5) await delay(5);
  await clock.pass(1500);
  const { status, body } = await refused;
  assert.equal(status, 503);
  await body?.cancel();
  const other = await ask("other");
  assert.equal(other.headers.get("content-length"), String(large.byteLength));
  assert.deepEqual(new Uint8Array(await other.arrayBuffer()), large);

  await clock.pass(120_000);
  assert.deepEqual(clock.waits(), [], "no timer is left");
  const again = await ask("hostile");
  assert.equal(again.status, 200);
  assert.equal((await again.arrayBuffer()).byteLength, large.byteLength);
  for (const socket of stalled) socket.destroy();
});

Deno.test("U8: a reader that hangs up frees its place at once", async () => {
  const clock = testClock();
  const response = responseOf(new Uint8Array(1024 * 1024), new Headers(), clock);
  const reader = response.body?.getReader();
  await reader?.read();
  assert.equal(clock.waits().length, 1);
  await reader?.cancel();
  await whenRead(response);
  assert.deepEqual(clock.waits(), []);
});
