// A call of a database function through supabase-js: its errors are the registry's, its answer is of the contract.
import type { z } from "zod";
import { ContractError, type PostgrestFailure, readRpcError } from "./client_error.ts";

/** What supabase-js answers. `status` 0 means that no answer came. */
export interface RpcAnswer {
  data: unknown;
  error: PostgrestFailure | null;
  status: number;
}

/**
 * What is needed of a supabase-js client; any `SupabaseClient` is one. On Node 20, which has no WebSocket, supabase-js makes a client
 * only with one given: `createClient(url, key, { realtime: { transport: ws } })`, with `ws` of the package `ws`.
 */
export interface RpcCaller {
  /** Calls a database function by its name. */
  rpc(name: string, parameters?: object): PromiseLike<RpcAnswer>;
}

/** Makes calls whose answers are checked. They throw ProblemError, NetworkError or ContractError. */
export function callerOf(supabase: RpcCaller) {
  return async function call<T extends z.ZodType>(
    schema: T,
    name: string,
    parameters: object,
  ): Promise<z.output<T>> {
    const { data, error, status } = await supabase.rpc(name, parameters);
    if (error) throw readRpcError(error, status);
    const result = schema.safeParse(data);
    if (!result.success) throw new ContractError(`not an answer of this contract: ${result.error.message}`);
    return result.data;
  };
}
