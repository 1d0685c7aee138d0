// One POST against receivers that misbehave.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { post, type PostAnswer, PostTimeout } from "../../../functions/webhooks/post.ts";
import { ended } from "../../../../scripts/local/until.ts";
import { startReceiver } from "./receiver.ts";
import { selfSigned } from "./certificate.ts";

const encode = (text: string) => new TextEncoder().encode(text);

interface RawServer extends Disposable {
  port: number;
}

/** A server that speaks as it likes once the request's head has come; `stopped` resolves when it is thrown away. */
function rawServer(
  speak: (connection: Deno.Conn, stopped: Promise<void>) => Promise<void>,
  listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }),
): RawServer {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const run = async () => {
    for await (const connection of listener) {
      (async () => {
        await connection.read(new Uint8Array(65_536));
        await speak(connection, stopped);
        connection.close();
      })().catch(() => {
        // The client left, or TLS was refused, which is what some tests are about.
        try {
          connection.close();
        } catch { /* closed already */ }
      });
    }
  };
  run().catch(() => {});
  const { addr } = listener;
  return {
    port: addr.transport === "tcp" ? addr.port : 0,
    [Symbol.dispose]() {
      stop();
      listener.close();
    },
  };
}

function postTo(
  port: number,
  o: { timeoutMs?: number; protocol?: string; caCerts?: string[] } = {},
): Promise<PostAnswer> {
  const url = new URL(`${o.protocol ?? "http:"}//localhost:${port}/hook?a=b`);
  const target = { url, hostname: "localhost", port, addresses: ["127.0.0.1"] };
  return post(target, { "webhook-id": "msg_1" }, '{"ä":1}', {
    timeoutMs: o.timeoutMs ?? 60_000,
    caCerts: o.caCerts,
  });
}

Deno.test("S2: a request arrives complete, and its answer is read", async () => {
  await using receiver = startReceiver(() => new Response("thank you", { status: 201 }));
  const answer = await postTo(Number(new URL(receiver.url).port));
  assert.deepEqual(answer, { status: 201, retryAfterS: null, text: "thank you" });
  const [arrival] = receiver.arrivals;
  assert.deepEqual([arrival?.path, arrival?.body, arrival?.headers.get("webhook-id")], [
    "/hook",
    '{"ä":1}',
    "msg_1",
  ]);
});

Deno.test("S2: a redirect is an answer and is not followed", async () => {
  await using elsewhere = startReceiver();
  await using receiver = startReceiver(() => Response.redirect(elsewhere.url, 307));
  assert.equal((await postTo(Number(new URL(receiver.url).port))).status, 307);
  assert.equal(elsewhere.arrivals.length, 0);
});

Deno.test("S2: at most 64 KiB of an endless answer are read", async () => {
  let sent = 0;
  using server = rawServer(async (connection) => {
    await connection.write(encode("HTTP/1.1 200 OK\r\n\r\n"));
    const block = encode("x".repeat(16_384));
    for (;;) sent += await connection.write(block);
  });
  const answer = await postTo(server.port);
  assert.deepEqual([answer.status, answer.text], [200, "x".repeat(300)]);
  await delay(100);
  // What lies in socket buffers was sent, but never read.
  assert.ok(sent < 16 * 1024 * 1024, `${sent} bytes`);
});

Deno.test("S2: the head of an answer is bounded and must be HTTP", async () => {
  using endless = rawServer(async (connection) => {
    await connection.write(encode("HTTP/1.1 200 OK\r\n"));
    for (;;) await connection.write(encode(`a: ${"x".repeat(9000)}\r\n`));
  });
  await assert.rejects(postTo(endless.port), /head of the answer is incomplete/);
  using other = rawServer(async (connection) => void await connection.write(encode("SSH-2.0-x\r\n\r\n")));
  await assert.rejects(postTo(other.port), /not HTTP/);
  using silent = rawServer(() => Promise.resolve());
  await assert.rejects(postTo(silent.port), /head of the answer is incomplete/);
});

Deno.test("S2: a receiver that does not answer in time is a timeout", async () => {
  using server = rawServer((_, stopped) => stopped);
  await assert.rejects(ended("the time-out", postTo(server.port, { timeoutMs: 200 })), PostTimeout);
});

Deno.test("S2: a status counts even if the body never ends", async () => {
  using server = rawServer(async (connection, stopped) => {
    await connection.write(
      encode(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nretry-after: 120\r\ncontent-length: 99\r\n\r\nsorry",
      ),
    );
    await stopped;
  });
  // A slow machine gets more time for the part that does come.
  const answerWithin = async (timeoutMs: number): Promise<PostAnswer> => {
    try {
      return await postTo(server.port, { timeoutMs });
    } catch (error) {
      if (!(error instanceof PostTimeout) || timeoutMs > 10_000) throw error;
      return await answerWithin(timeoutMs * 5);
    }
  };
  assert.deepEqual(await answerWithin(300), { status: 503, retryAfterS: 120, text: "sorry" });
});

Deno.test("S2: an excerpt of an answer is printable, with chunked encoding or without", async () => {
  using server = rawServer(async (connection) => {
    await connection.write(
      encode("HTTP/1.1 400 No\r\ntransfer-encoding: chunked\r\n\r\n9\r\nno\u0000\u001b[31m\r\n0\r\n\r\n"),
    );
  });
  assert.equal((await postTo(server.port)).text, "no [31m");
});

Deno.test("S2: TLS is verified for the endpoint's name at the address that was checked", async () => {
  const { cert, key } = selfSigned("localhost");
  const serve = () =>
    rawServer(
      async (connection) => void await connection.write(encode("HTTP/1.1 204 No Content\r\n\r\n")),
      Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key }),
    );
  using server = serve();
  assert.equal((await postTo(server.port, { protocol: "https:", caCerts: [cert] })).status, 204);
  await assert.rejects(postTo(server.port, { protocol: "https:" }), /certificate/i);
  const other = selfSigned("other.example");
  using wrong = rawServer(
    () => Promise.resolve(),
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...other }),
  );
  await assert.rejects(postTo(wrong.port, { protocol: "https:", caCerts: [other.cert] }), /certificate/i);
});

Deno.test("S2: the next address is tried when one does not answer", async () => {
  await using receiver = startReceiver();
  const url = new URL(receiver.url);
  const target = {
    url,
    hostname: "127.0.0.1",
    port: Number(url.port),
    addresses: ["127.0.0.2", "127.0.0.1"],
  };
  assert.equal((await post(target, {}, "{}", { timeoutMs: 60_000 })).status, 204);
});
