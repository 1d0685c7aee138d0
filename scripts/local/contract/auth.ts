// What an app expects of Supabase Auth, through its public API alone. The same tests run against the local stand-in
// and against any hosted project.
import { accountContract } from "./auth_account.ts";
import { adminContract } from "./auth_admin.ts";
import { AuthBench, type AuthTarget } from "./auth_bench.ts";
import { protocolContract } from "./auth_protocol.ts";
import { sessionContract } from "./auth_session.ts";

export type { AuthTarget } from "./auth_bench.ts";

/** Registers the contract's tests with Deno.test; each makes users of its own and deletes them. */
export function authContract(target: AuthTarget): void {
  const bench = new AuthBench(target);
  accountContract(bench);
  sessionContract(bench);
  adminContract(bench);
  protocolContract(bench);
}
