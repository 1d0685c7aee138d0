// From an endpoint's URL to the addresses that may be connected to.
import { addressBytes, isLoopback, isPublic } from "./address.ts";

/** Where a request goes: the connection is made to one of the addresses, never to the name a second time. */
export interface Target {
  url: URL;
  /** The host without brackets, for TLS. */
  hostname: string;
  port: number;
  addresses: readonly string[];
}

/** The URL leads, or may lead, to where no webhook goes. */
export class RefusedTarget extends Error {
  override readonly name = "RefusedTarget";
}

/** All addresses of a name; rejects where there are none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** What decides about targets. */
export interface TargetRules {
  resolve: Resolve;
  /** Whether endpoints marked `local` may be on the loopback, with plain http; for tests. */
  allowLoopback: boolean;
}

/** Names that a resolver of the data centre may answer with something of its own. */
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
 * Checks a URL and resolves its host, once: what was checked is what is connected to, so that a name which answers
 * differently the next time gains nothing. Throws `RefusedTarget`, or what `resolve` throws.
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
  // One private address among public ones is enough: nobody has such a record by accident.
  if (!addresses.every(isPublic)) throw new RefusedTarget("The name leads to an address that is not public.");
  return { url, hostname, port, addresses };
}
