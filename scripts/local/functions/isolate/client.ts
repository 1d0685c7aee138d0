// The stack's end of an isolate's Unix socket.
import { decodeResponseHead, encodeHead, HEAD, type RequestHead } from "./envelope.ts";

/** Statuses that a response can't have a body with. */
const WITHOUT_BODY = new Set([101, 204, 205, 304]);
const WITHOUT_REQUEST_BODY = new Set(["GET", "HEAD"]);

/** Sends requests to one isolate. */
export interface SocketClient {
  fetch(request: Request, head: RequestHead, signal: AbortSignal): Promise<Response>;
  close(): void;
}

/** Connections are opened when they are needed, and kept. */
export function createSocketClient(path: string): SocketClient {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path }, poolMaxIdlePerHost: 256 });
  return {
    async fetch(request, head, signal) {
      // An address, since Deno looks a name up now and then even though the socket decides: 5 s without a network.
      const hop = await fetch("http://127.0.0.1/", {
        client,
        signal,
        method: request.method,
        headers: { [HEAD]: encodeHead(head) },
        body: WITHOUT_REQUEST_BODY.has(request.method) ? null : request.body,
        redirect: "manual",
      });
      const { status, statusText, headers: entries } = decodeResponseHead(hop.headers);
      const headers = new Headers(entries);
      // Known for every body that isn't a stream; without it the answer would go out in chunks.
      const length = hop.headers.get("content-length");
      if (length !== null && !headers.has("content-length")) headers.set("content-length", length);
      if (!WITHOUT_BODY.has(status)) return new Response(hop.body, { status, statusText, headers });
      await hop.body?.cancel();
      return new Response(null, { status, statusText, headers });
    },
    close: () => client.close(),
  };
}
