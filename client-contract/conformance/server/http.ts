// The scripted server on loopback, and the same as a `fetch` within a process.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { RawRequest, Reply } from "./reply.ts";

/** Milliseconds between two pieces of a slow body. */
const PIECE_MS = 5;

type Handle = (request: RawRequest) => Promise<Reply>;

const bytesOf = ({ body }: Reply): Uint8Array<ArrayBuffer> =>
  typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);

const pause = () => new Promise((resolve) => setTimeout(resolve, PIECE_MS));

async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}

async function write(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.delivery === "nothing") {
    response.destroy();
    return;
  }
  const bytes = bytesOf(reply);
  // A 204 or 304 has no body, and says no length.
  const length = bytes.byteLength > 0 ? { "content-length": String(bytes.byteLength) } : {};
  response.writeHead(reply.status, { ...reply.headers, ...length });
  const half = Math.floor(bytes.byteLength / 2);
  if (reply.delivery === "half") {
    response.write(bytes.subarray(0, half), () => response.destroy());
  } else if (reply.delivery === "slow") {
    response.write(bytes.subarray(0, half));
    await pause();
    response.end(bytes.subarray(half));
  } else response.end(bytes);
}

/** A listening server; disposing of it closes its connections. */
export interface Listening extends AsyncDisposable {
  url: string;
}

/** Listens on a free port of loopback. */
export async function listen(handle: Handle): Promise<Listening> {
  const server = createServer((message, response) => {
    void (async () => {
      const { method = "GET", url = "/" } = message;
      const headers = Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
      );
      await write(await handle({ method, url, headers, body: await readBody(message) }), response);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function broken(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) return controller.error(new TypeError("the connection broke"));
      isSent = true;
      controller.enqueue(bytes.slice(0, bytes.byteLength / 2));
    },
  });
}

/** The server as a `fetch`, without a socket: for clients in this process. */
export function fetchOf(handle: Handle): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const reply = await handle({
      method: request.method,
      url: `${pathname}${search}`,
      headers: Object.fromEntries(request.headers),
      body: new Uint8Array(await request.arrayBuffer()),
    });
    if (reply.delivery === "nothing") throw new TypeError("no answer");
    const { status, headers } = reply;
    if (status === 204 || status === 304) return new Response(null, { status, headers });
    const bytes = bytesOf(reply);
    return new Response(reply.delivery === "half" ? broken(bytes) : bytes, { status, headers });
  };
}
