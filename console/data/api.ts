// The project's functions, typed by the contract. A section gets the calls that it needs from here.
import { PostgrestClient } from "@supabase/postgrest-js";
import { createInstructorRpc, type InstructorRpc } from "../../client-contract/client/instructor.ts";
import {
  createOperatorRpc,
  type OperatorCaller,
  type OperatorRpc,
} from "../../client-contract/client/operator.ts";
import { callerOf } from "../../client-contract/client/rpc_call.ts";
import { createRpc, type Rpc } from "../../client-contract/client/rpc.ts";
import { createSupportRpc, type SupportRpc } from "../../client-contract/client/support.ts";
import type { Config } from "./config.ts";
import type { Session } from "./session.ts";

/** All calls. They throw ProblemError, NetworkError or ContractError. */
export interface Api {
  content: Rpc;
  instructor: InstructorRpc;
  operator: OperatorRpc;
  support: SupportRpc;
  /** A function that the client has no call for: `call(schema, name, parameters)`. */
  call: ReturnType<typeof callerOf>;
}

/** Calls with the session's token. The person signs in again after the server has refused the token. */
export function createApi({ url, key }: Config, session: Session): Api {
  const postgrest = new PostgrestClient(`${url}/rest/v1`, {
    headers: { apikey: key },
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      const token = await session.token();
      if (token !== null) headers.set("authorization", `Bearer ${token}`);
      const response = await fetch(input, { ...init, headers });
      if (response.status === 401) await session.expire();
      return response;
    },
  });
  const caller: OperatorCaller = {
    rpc: (name, parameters) => postgrest.rpc(name, parameters),
    from: (view) => postgrest.from(view),
  };
  return {
    content: createRpc(caller),
    instructor: createInstructorRpc(caller),
    operator: createOperatorRpc(caller),
    support: createSupportRpc(caller),
    call: callerOf(caller),
  };
}
