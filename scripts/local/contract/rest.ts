// What an app expects of Supabase's REST API (PostgREST). The same tests run against the local stand-in and
// against any hosted project; they describe PostgREST 13 and later, which hosted runs.
import { RestBench, type RestTarget } from "./rest_bench.ts";
import { errorContract } from "./rest_errors.ts";
import { readContract } from "./rest_read.ts";
import { rpcContract } from "./rest_rpc.ts";
import { rpcResultContract } from "./rest_rpc_result.ts";
import { tokenContract } from "./rest_token.ts";
import { writeContract } from "./rest_write.ts";

export type { RestTarget } from "./rest_bench.ts";

/** Registers the contract's tests with Deno.test; makes its fixture before them and removes it after. */
export function restContract(target: RestTarget): void {
  const bench = new RestBench(target);
  Deno.test.beforeAll(() => bench.open());
  Deno.test.afterAll(() => bench.close());
  tokenContract(bench);
  rpcContract(bench);
  rpcResultContract(bench);
  readContract(bench);
  writeContract(bench);
  errorContract(bench);
}
