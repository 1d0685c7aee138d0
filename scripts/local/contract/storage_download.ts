// Downloads: headers, ranges, revalidation, public buckets and signed URLs.
import assert from "node:assert/strict";
import { PRIVATE, PUBLIC, refusal, refused, type StorageBench, test } from "./storage_bench.ts";

const IMMUTABLE = "public, max-age=31536000, immutable";

/** Registers the tests of downloads. */
export function downloadContract(bench: StorageBench): void {
  const { target } = bench;

  /** A raw body, whose cache control is kept verbatim. */
  async function put(path: string, body: string, type = "application/json"): Promise<void> {
    const response = await bench.send(`/object/${PUBLIC}/${path}`, {
      method: "POST",
      body,
      headers: {
        apikey: target.secretKey,
        authorization: `Bearer ${target.secretKey}`,
        "content-type": type,
        "cache-control": IMMUTABLE,
        "x-upsert": "true",
      },
    });
    assert.equal(response.status, 200, await response.text());
  }

  test("a public object needs no key, and says how long it may be kept", async () => {
    await put("a b/ü.json".replace("ü", "u"), '{"a":1}');
    const address = bench.admin(PUBLIC).getPublicUrl("a b/u.json").data.publicUrl;
    const response = await fetch(address);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '{"a":1}');
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), IMMUTABLE);
    assert.match(response.headers.get("etag") ?? "", /^(W\/)?"[0-9a-f]{32}"$/);
    const head = await fetch(address, { method: "HEAD" });
    assert.deepEqual([head.status, head.headers.get("content-length")], [200, "7"]);
    const missing = await refusal(await bench.send(`/object/public/${PUBLIC}/none.json`), "404");
    assert.deepEqual([missing.error, missing.message], ["not_found", "Object not found"]);
    const hidden = await refusal(await bench.send(`/object/public/${PRIVATE}/none.json`), "404");
    assert.equal(hidden.message, "Bucket not found");
  });

  test("what a client has already is not sent again, until it changes", async () => {
    await put("cached.json", "[1]");
    const path = `/object/public/${PUBLIC}/cached.json`;
    const first = await bench.send(path);
    await first.body?.cancel();
    const known = { headers: { "if-none-match": first.headers.get("etag") ?? "" } };
    const second = await bench.send(path, known);
    assert.deepEqual([second.status, await second.text()], [304, ""]);
    await put("cached.json", "[2]");
    // Past any cache in front of Storage.
    const third = await bench.send(`${path}?v=2`, known);
    assert.deepEqual([third.status, await third.text()], [200, "[2]"]);
  });

  test("parts of an object are sent where a range asks for them", async () => {
    await put("range.txt", "0123456789", "text/plain");
    const range = async (range: string) => {
      const response = await bench.send(`/object/public/${PUBLIC}/range.txt`, { headers: { range } });
      return [response.status, response.headers.get("content-range"), await response.text()];
    };
    assert.deepEqual(await range("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
    assert.deepEqual(await range("bytes=7-"), [206, "bytes 7-9/10", "789"]);
    assert.deepEqual(await range("bytes=-3"), [206, "bytes 7-9/10", "789"]);
    assert.deepEqual(await range("bytes=8-99"), [206, "bytes 8-9/10", "89"]);
    const [status] = await range("bytes=10-");
    assert(status === 400 || status === 416);
  });

  test("pages are not served as pages, and a download can be given a name", async () => {
    await put("page.html", "<b>x</b>", "text/html");
    const path = `/object/public/${PUBLIC}/page.html`;
    const page = await bench.send(path);
    assert.match(page.headers.get("content-type") ?? "", /^text\/plain/);
    await page.body?.cancel();
    const named = await bench.send(`${path}?download=my%20page.txt`);
    assert.match(named.headers.get("content-disposition") ?? "", /^attachment; filename=my%20page\.txt/);
    await named.body?.cancel();
  });

  test("info tells size, type and time", async () => {
    const { bucket, userId } = await bench.user();
    await bucket.upload(`${userId}/i.txt`, "12345", { contentType: "text/plain", metadata: { about: "x" } });
    const { data } = await bucket.info(`${userId}/i.txt`);
    assert.deepEqual([data?.size, data?.contentType, data?.metadata], [5, "text/plain", { about: "x" }]);
    assert(Date.parse(data?.createdAt ?? ""));
  });

  test("a signed URL lends the right to read one object for a while", async () => {
    const [ada, bob] = [await bench.user(), await bench.user()];
    const path = `${ada.userId}/lent.txt`;
    await ada.bucket.upload(path, "lent");
    const { data } = await ada.bucket.createSignedUrl(path, 60);
    assert(data);
    assert.equal(await (await fetch(data.signedUrl)).text(), "lent");
    refused((await bob.bucket.createSignedUrl(path, 60)).error, "404");

    const token = new URL(data.signedUrl).searchParams.get("token") ?? "";
    await refusal(
      await bench.send(`/object/sign/${PRIVATE}/${path}?token=${token.slice(0, -10)}AAAAAAAAAA`),
      "400",
    );
    const other = await refusal(await bench.send(`/object/sign/${PRIVATE}/other.txt?token=${token}`), "400");
    assert.equal(other.error, "InvalidSignature");
    const brief = (await ada.bucket.createSignedUrl(path, 1)).data?.signedUrl ?? "";
    await new Promise((done) => setTimeout(done, 2100));
    const expired = await refusal(await fetch(brief), "400");
    assert.equal(expired.error, "InvalidJWT");
  });

  test("many are signed at once, each with its own answer", async () => {
    const { bucket, userId } = await bench.user();
    await bucket.upload(`${userId}/1.txt`, "one");
    const { data } = await bucket.createSignedUrls([`${userId}/1.txt`, `${userId}/2.txt`], 60);
    assert.equal(await (await fetch(data?.[0]?.signedUrl ?? "")).text(), "one");
    assert.deepEqual([data?.[0]?.error, data?.[1]?.signedUrl], [null, null]);
    assert.equal(data?.[1]?.error, "Either the object does not exist or you do not have access to it");
  });

  test("nothing is read from a private bucket without a token", async () => {
    await refusal(await bench.send(`/object/authenticated/${PRIVATE}/x`), "400");
    await refusal(
      await bench.send(`/object/${PRIVATE}/x`, { headers: { apikey: target.publishableKey } }),
      "404",
    );
  });
}
