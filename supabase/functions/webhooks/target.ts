// Resolves the URL of an endpoint to addresses, and refuses private ones.
import { addressBytes, isLoopback, isPublic } from "./address.ts";

/** The target of a request. The connection uses one of these addresses; the name is not resolved again. */
export interface Target {
  url: URL;
  /** The host without brackets, for TLS. */
  hostname: string;
  port: number;
  addresses: readonly string[];
}

/** The URL leads, or may lead, to an address that is not public. */
export class RefusedTarget extends Error {
  override readonly name = "RefusedTarget";
}

/** All addresses of a name. Rejects if there are none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** The rules for targets. */
export interface TargetRules {
  resolve: Resolve;
  /** Whether endpoints marked `local` may be on the loopback, with plain http; for tests. */
  allowLoopback: boolean;
}

/** Names that the resolver of a data centre may answer with internal addresses. */
const LOCAL_NAME = /^[^.]*$|\.(localhost|local|internal|intranet|lan|home|corp|arpa)$/;

/** Asks DNS for both families. */
export const resolveDns: Resolve = async (hostname) => {
  const answers = await Promise.allSettled([
    Deno.resolveDns(hostname, "A"),
    Deno.resolveDns(hostname, "AAAA"),
  ]);
  const addresses = answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
  if (addresses.length === 0) throw new Error(`${hostname} has no address.`);
  return addresses;
};

/**
 * Checks a URL and resolves its host once. The connection uses the checked addresses, so that a second, different DNS answer has
 * no effect (DNS rebinding). Throws `RefusedTarget`, or the error of `resolve`.
 */
export async function targetOf(address: string, local: boolean, rules: TargetRules): Promise<Target> {
  const url = new URL(address);
  const hostname = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  if (url.username || url.password) throw new RefusedTarget("The URL holds a user or a password.");

  if (local && rules.allowLoopback) {
    const loopback = hostname === "localhost" ? "127.0.0.1" : hostname;
    if (isLoopback(loopback)) return { url, hostname, port, addresses: [loopback] };
  }
  if (url.protocol !== "https:") throw new RefusedTarget("The URL is not https.");
  if (addressBytes(hostname)) {
    if (!isPublic(hostname)) throw new RefusedTarget("The address is not public.");
    return { url, hostname, port, addresses: [hostname] };
  }
  if (LOCAL_NAME.test(hostname)) throw new RefusedTarget("The name is a local one.");
  const addresses = await rules.resolve(hostname);
  // One private address among public ones is refused too: such a record is no accident.
  if (!addresses.every(isPublic)) throw new RefusedTarget("The name leads to an address that is not public.");
  return { url, hostname, port, addresses };
}
