// Buckets through the API.
import assert from "node:assert/strict";
import { PRIVATE, PUBLIC, refused, type StorageBench, test } from "./storage_bench.ts";

/** Registers the tests of buckets. */
export function bucketContract(bench: StorageBench): void {
  const { target } = bench;

  test("the service makes, reads, changes and removes a bucket", async () => {
    const { storage } = bench.client(target.secretKey);
    const made = await storage.createBucket("contract_made", { public: false, fileSizeLimit: 10 });
    assert.deepEqual(made, { data: { name: "contract_made" }, error: null });
    refused((await storage.createBucket("contract_made", { public: true })).error, "409");
    const { data } = await storage.getBucket("contract_made");
    assert.deepEqual([data?.id, data?.public, data?.file_size_limit], ["contract_made", false, 10]);
    assert.equal((await storage.updateBucket("contract_made", { public: true })).error, null);
    assert.equal((await storage.getBucket("contract_made")).data?.public, true);
    await bench.admin("contract_made").upload("a.txt", "a");
    refused((await storage.deleteBucket("contract_made")).error, "409");
    assert.equal((await storage.emptyBucket("contract_made")).error, null);
    assert.equal((await storage.deleteBucket("contract_made")).error, null);
    refused((await storage.getBucket("contract_made")).error, "404");
  });

  test("buckets that SQL has made are there, for the service alone", async () => {
    const { data } = await bench.client(target.secretKey).storage.listBuckets();
    const ids = (data ?? []).map(({ id }) => id);
    assert(ids.includes(PRIVATE) && ids.includes(PUBLIC));
    const { token } = await target.signIn();
    const { storage } = bench.client(target.publishableKey, token);
    assert.deepEqual(await storage.listBuckets(), { data: [], error: null });
    refused((await storage.getBucket(PRIVATE)).error, "404");
    refused((await storage.createBucket("contract_made", { public: true })).error, "403");
  });
}
