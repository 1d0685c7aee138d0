// The train's network: there or not, and losing replies on their way back.

/** A network between a device and the server. */
export interface Network {
  fetch: typeof globalThis.fetch;
  /** Without it every request fails before it leaves. */
  online: boolean;
  /** Every nth reply is lost after the server has done its work; 0: none. */
  dropEvery: number;
  /** What happened so far. */
  readonly counts: { requests: number; lost: number; bytesIn: number };
  /** Bodies of the batches that were sent, as they were. */
  readonly batches: { body: BodyInit; headers: Headers }[];
}

/** A network that works. */
export function createNetwork(): Network {
  const network: Network = {
    online: true,
    dropEvery: 0,
    counts: { requests: 0, lost: 0, bytesIn: 0 },
    batches: [],
    async fetch(input, init) {
      if (!network.online) throw new TypeError("network is unreachable");
      const { counts } = network;
      counts.requests++;
      if (init?.method === "POST" && init.body) {
        network.batches.push({ body: init.body, headers: new Headers(init.headers) });
      }
      const response = await fetch(input, init);
      const bytes = new Uint8Array(await response.arrayBuffer());
      counts.bytesIn += bytes.byteLength;
      if (network.dropEvery > 0 && counts.requests % network.dropEvery === 0) {
        counts.lost++;
        throw new TypeError("connection reset while the reply was on its way");
      }
      const empty = [204, 304].includes(response.status);
      return new Response(empty ? null : bytes, { status: response.status, headers: response.headers });
    },
  };
  return network;
}
