// What an app expects of Supabase Storage.
import { StorageBench } from "./storage_bench.ts";
import { bucketContract } from "./storage_buckets.ts";
import { downloadContract } from "./storage_download.ts";
import { objectContract } from "./storage_objects.ts";
import type { Target } from "./target.ts";

/** Registers the contract's tests with Deno.test; makes its fixture before them and removes it after. */
export function storageContract(target: Target): void {
  const bench = new StorageBench(target);
  Deno.test.beforeAll(() => bench.open());
  Deno.test.afterAll(() => bench.close());
  bucketContract(bench);
  objectContract(bench);
  downloadContract(bench);
}
