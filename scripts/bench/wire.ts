// A relay that counts every byte between a device and the server, in both directions: bodies as they are compressed,
// requests, headers.

/** The relay; disposing of it stops it. */
export interface Wire extends AsyncDisposable {
  /** To be used in place of the server's. */
  url: string;
  /** Bytes so far. */
  bytes(): number;
}

/** Starts one before a server. */
export function startWire(target: string): Wire {
  const { hostname, port } = new URL(target);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  let bytes = 0;

  const counter = () =>
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(part, controller) {
        bytes += part.byteLength;
        controller.enqueue(part);
      },
    });

  async function relay(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname, port: Number(port) });
    for (const connection of [client, server]) connections.add(connection);
    // Either side may hang up at any time; the other is told by the end of its stream.
    await Promise.allSettled([
      client.readable.pipeThrough(counter()).pipeTo(server.writable),
      server.readable.pipeThrough(counter()).pipeTo(client.writable),
    ]);
    for (const connection of [client, server]) connections.delete(connection);
  }

  const served = (async () => {
    for await (const client of listener) relay(client).catch(() => {});
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) connection.close();
      await served;
    },
  };
}
