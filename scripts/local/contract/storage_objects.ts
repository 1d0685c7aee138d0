// Uploads, lists and removals, under row level security.
import assert from "node:assert/strict";
import { PRIVATE, PUBLIC, PUBLIC_LIMIT, refusal, refused, type StorageBench, test } from "./storage_bench.ts";

/** Registers the tests of objects. */
export function objectContract(bench: StorageBench): void {
  const { target } = bench;

  test("a user uploads into the own folder, reads it back, and nobody else does", async () => {
    const [ada, bob] = [await bench.user(), await bench.user()];
    const path = `${ada.userId}/note.txt`;
    const { data, error } = await ada.bucket.upload(path, "hello", { contentType: "text/plain" });
    assert.equal(error, null);
    assert.deepEqual([data?.path, data?.fullPath], [path, `${PRIVATE}/${path}`]);
    assert.equal(await (await ada.bucket.download(path)).data?.text(), "hello");

    refused((await bob.bucket.upload(path, "mine", { upsert: true })).error, "403");
    refused((await bob.bucket.upload(`${ada.userId}/new.txt`, "mine")).error, "403");
    const stranger = await bench.send(`/object/${PRIVATE}/${path}`, {
      headers: { apikey: target.publishableKey, authorization: `Bearer ${bob.token}` },
    });
    assert.deepEqual((await refusal(stranger, "404")).message, "Object not found");
    const [row] = await bench.sql`
      select id, owner_id, metadata->>'size' as size, metadata->>'mimetype' as type
        from storage.objects where bucket_id = ${PRIVATE} and name = ${path}`;
    assert.deepEqual({ ...row }, { id: data?.id, owner_id: ada.userId, size: "5", type: "text/plain" });
    assert.equal(await (await ada.bucket.download(path)).data?.text(), "hello");
  });

  test("a name is taken once, unless the upload says that it replaces", async () => {
    const { bucket, userId } = await bench.user();
    const path = `${userId}/twice.bin`;
    await bucket.upload(path, new Uint8Array([1, 2]));
    const again = (await bucket.upload(path, new Uint8Array([3]))).error;
    refused(again, "409");
    assert.equal(again?.message, "The resource already exists");
    assert.equal((await bucket.upload(path, new Blob(["three"]), { upsert: true })).error, null);
    assert.equal(await (await bucket.download(path)).data?.text(), "three");
    assert.equal((await bucket.update(path, "four")).error, null);
    assert.equal(await (await bucket.download(path)).data?.text(), "four");
  });

  test("concurrent uploads of one name give one object", async () => {
    const { bucket, userId } = await bench.user();
    const path = `${userId}/race.txt`;
    const results = await Promise.all([1, 2, 3, 4].map((n) => bucket.upload(path, `version ${n}`)));
    const winners = results.flatMap(({ error }, i) => error ? [] : i + 1);
    assert.equal(winners.length, 1);
    assert.equal(await (await bucket.download(path)).data?.text(), `version ${winners[0]}`);
  });

  test("a bucket's limits on size and type are kept", async () => {
    const bucket = bench.admin(PUBLIC);
    const full = new Uint8Array(PUBLIC_LIMIT);
    assert.equal((await bucket.upload("full.txt", full, { contentType: "text/plain" })).error, null);
    const larger = new Uint8Array(PUBLIC_LIMIT + 1);
    refused((await bucket.upload("larger.txt", larger, { contentType: "text/plain" })).error, "413");
    // Of unknown length, so that only the bytes themselves tell.
    const stream = new Blob([larger]).stream();
    refused(
      (await bucket.upload("stream.txt", stream, { contentType: "text/plain", duplex: "half" })).error,
      "413",
    );
    refused((await bucket.upload("a.png", "x", { contentType: "image/png" })).error, "415");
    const { data } = await bucket.list();
    assert.deepEqual((data ?? []).map(({ name }) => name).filter((name) => name !== "full.txt"), []);
  });

  test("missing buckets, bad names, and requests without a valid token are refused", async () => {
    const nowhere = (await bench.admin("contract_nowhere").upload("a", "a")).error;
    refused(nowhere, "404");
    assert.equal(nowhere?.message, "Bucket not found");
    refused((await bench.admin(PRIVATE).upload("a\u0001b", "a")).error, "400");
    const { token } = await bench.user();
    const forged = `${token.slice(0, -10)}AAAAAAAAAA`;
    await refusal(
      await bench.send(`/object/${PRIVATE}/a`, {
        method: "POST",
        body: "a",
        headers: { apikey: target.publishableKey, authorization: `Bearer ${forged}` },
      }),
      "403",
    );
    await refusal(await bench.send(`/object/${PRIVATE}/a`, { method: "POST", body: "a" }), "400");
    refused(
      (await bench.client(target.publishableKey).storage.from(PRIVATE).upload("a", "a")).error,
      "403",
    );
  });

  test("a list has the objects of a folder, and its folders, as far as policies show them", async () => {
    const { bucket, userId } = await bench.user();
    for (const name of ["b.txt", "a.txt", "deep/c.txt", "deep/d.txt"]) {
      await bucket.upload(`${userId}/${name}`, name);
    }
    const names = async (...args: Parameters<typeof bucket.list>) =>
      ((await bucket.list(...args)).data ?? []).map(({ name, id }) => id === null ? `${name}/` : name).sort();
    assert.deepEqual(await names(userId), ["a.txt", "b.txt", "deep/"]);
    assert.deepEqual(await names(`${userId}/deep`), ["c.txt", "d.txt"]);
    assert.deepEqual(await names(userId, { search: "b" }), ["b.txt"]);
    const descending = await bucket.list(`${userId}/deep`, { sortBy: { column: "name", order: "desc" } });
    assert.deepEqual(descending.data?.map(({ name }) => name), ["d.txt", "c.txt"]);
    assert.deepEqual((await bucket.list(`${userId}/deep`, { limit: 1, offset: 1 })).data?.length, 1);
    assert.deepEqual((await (await bench.user()).bucket.list(userId)).data, []);
  });

  test("removing takes what the caller may remove, and says what that was", async () => {
    const [ada, bob] = [await bench.user(), await bench.user()];
    const path = `${ada.userId}/gone.txt`;
    await ada.bucket.upload(path, "x");
    assert.deepEqual((await bob.bucket.remove([path])).data, []);
    assert.equal((await ada.bucket.download(path)).error, null);
    const { data } = await ada.bucket.remove([path, `${ada.userId}/never.txt`]);
    assert.deepEqual(data?.map(({ name }) => name), [path]);
    assert.equal((await ada.bucket.list(ada.userId)).data?.length, 0);
    const gone = (await ada.bucket.info(path)).error;
    refused(gone, "404");
    await assert.rejects(bench.sql`delete from storage.objects where bucket_id = ${PRIVATE}`, {
      code: "42501",
    });
  });
}
