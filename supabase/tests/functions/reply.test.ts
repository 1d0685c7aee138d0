// The encoding and the validator of an answer follow RFC 9110.
import assert from "node:assert/strict";
import { payloadOf, reply } from "../../functions/_shared/reply.ts";

const payload = await payloadOf("x".repeat(2000));
const options = { contentType: "text/plain", cacheControl: "private", etag: "0123456789abcdef" };
const answer = (headers: Record<string, string>) =>
  reply(new Request("http://carrel.test/", { headers }), payload, options);

Deno.test("C1: an answer is gzipped only for callers that accept gzip and do not prefer the plain text", async () => {
  const gzipped: [acceptEncoding: string, expected: boolean][] = [
    ["gzip", true],
    ["br, gzip", true],
    ["GZIP;Q=0.5", true],
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
