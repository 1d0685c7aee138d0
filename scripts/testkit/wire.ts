// A relay that counts every byte between a client and a server, in both directions: bodies as they are compressed, requests, headers.
// It can also make the way longer.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** The relay; disposing of it stops it. */
export interface Wire extends AsyncDisposable {
  /** The server's address, with the relay in place of its host. */
  url: string;
  /** Bytes so far. */
  bytes(): number;
  /** Round trips so far: how often a client sent something after the server's last word. */
  roundTrips(): number;
}

/** Starts one before a server. `delayMs` is the time of one way; chunks under way do not wait for each other. */
export async function startWire(target: string, { delayMs = 0 } = {}): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let bytes = 0;
  let roundTrips = 0;

  function pass(from: Socket, to: Socket, onChunk: () => void): void {
    const later = (work: () => void) => delayMs > 0 ? void setTimeout(work, delayMs) : work();
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (chunk) => {
      bytes += Buffer.byteLength(chunk);
      onChunk();
      later(() => to.write(chunk));
    });
    from.on("end", () => later(() => to.end()));
    // Either side may hang up at any time; the other is told.
    from.on("error", () => to.destroy());
    from.on("close", () => sockets.delete(from));
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let isAnswered = true;
    pass(client, upstream, () => {
      if (isAnswered) roundTrips++;
      isAnswered = false;
    });
    pass(upstream, client, () => isAnswered = true);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = server.address();
  if (own === null || typeof own === "string") throw new Error("The relay has no port.");
  return {
    url: target.replace(`${hostname}:${port}`, `127.0.0.1:${own.port}`),
    bytes: () => bytes,
    roundTrips: () => roundTrips,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
