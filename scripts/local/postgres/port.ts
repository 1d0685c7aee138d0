// Ports on the loopback address.
import { UserError } from "../user_error.ts";

/** The port can't be used: another program has it, or it is one of the system's. */
export class PortTaken extends UserError {
  override readonly name = "PortTaken";
  constructor(readonly port: number, reason = "is taken by another program") {
    super(`Port ${port} on 127.0.0.1 ${reason}.`);
  }
}

/** What a failure to listen on a port means for the person who chose it; any other error as it is. */
export function explainListen(error: unknown, port: number): unknown {
  if (error instanceof Deno.errors.AddrInUse) return new PortTaken(port);
  if (error instanceof Deno.errors.PermissionDenied) {
    return new PortTaken(port, "may only be used by the system's administrator");
  }
  return error;
}

/** Whether a server could listen on this port now. Throws `PortTaken` for one that this user may never use. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw explainListen(error, port);
  }
}

/** Below what Linux and macOS give to whoever asks for any port: nobody gets this one between the look and its use. */
const PORTS = { first: 15_000, count: 15_000 };
const given = new Set<number>();

/** A port that was free a moment ago, and that this module has not given before. */
export function freePort(): number {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (given.has(port) || !isFree(port)) continue;
    given.add(port);
    return port;
  }
}
