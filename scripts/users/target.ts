// Which Supabase gets the users: a local one, never any other.
import { z } from "zod";
import { UserError } from "../command/command.ts";
import { readProjectConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { resolveConfig } from "../start/options.ts";
import { CARREL } from "../start/project.ts";

/** Where users can't be made, with the way out; the message is meant for the person at the terminal. */
export class TargetRefused extends UserError {
  override readonly name = "TargetRefused";
}

/** A local Supabase. */
export interface Target {
  apiUrl: string;
  secretKey: string;
}

const Address = z.url({ protocol: /^https?$/ });
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Checks that an address is this machine's own: users with known names and printed passwords have no place in a
 * project that others can reach. Throws `TargetRefused`.
 */
export function assertLoopback(apiUrl: string): void {
  if (!Address.safeParse(apiUrl).success) {
    throw new TargetRefused(`SUPABASE_URL is not an address: \`${apiUrl}\`.`);
  }
  const { hostname } = new URL(apiUrl);
  if (LOOPBACK.test(hostname)) return;
  throw new TargetRefused(
    `${hostname} is not this machine: users are made on a local Supabase only (127.0.0.1, [::1] or localhost).`,
  );
}

/** `SUPABASE_URL` with `SUPABASE_SECRET_KEY`, else the stack that runs on the data folder. Throws `TargetRefused`. */
export async function resolveTarget(env: Readonly<Record<string, string | undefined>>): Promise<Target> {
  const { SUPABASE_URL: apiUrl, SUPABASE_SECRET_KEY: secretKey } = env;
  if (Boolean(apiUrl) !== Boolean(secretKey)) {
    throw new TargetRefused("Set both SUPABASE_URL and SUPABASE_SECRET_KEY, or neither for the local stack.");
  }
  if (apiUrl && secretKey) {
    assertLoopback(apiUrl);
    return { apiUrl, secretKey };
  }
  const { dataFolder } = resolveConfig(await readProjectConfig(CARREL), {}, env);
  const stack = (await findRunning(dataFolder))?.stack;
  if (stack) return stack;
  throw new TargetRefused(
    "No local stack is running: `npm start` starts one. For another local Supabase set SUPABASE_URL and SUPABASE_SECRET_KEY.",
  );
}
