// Request bodies: a bomb is never held, and one that breaks off is an error of the request's, not the server's.
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { readBody } from "../../functions/_shared/body.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { serveFunction } from "../../functions/_shared/serve.ts";
import { batchText } from "../../functions/sync/lines.ts";
import { testClock } from "./clock.ts";

const CAP = 512 * 1024;
const MB = 1024 * 1024;

function request(body: ReadableStream<Uint8Array>, encoding: string): Request {
  return new Request("http://carrel.test/", {
    method: "POST",
    body,
    headers: { "content-encoding": encoding },
  });
}

/** A body that arrives in these chunks, and then ends or fails. */
function arriving(chunks: Uint8Array[], failure?: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}

async function gzip(bytes: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const packed = new Response(bytes).body?.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function problem(code: string, info: string) {
  return (error: unknown) => error instanceof Problem && error.code === code && error.info === info;
}

Deno.test("U1: a gzip bomb in one chunk is refused before it is inflated as a whole", async () => {
  const zeros = new Uint8Array(MB);
  const bomb = await gzip(arriving(Array.from({ length: 400 }, () => zeros)));
  assert.ok(bomb.byteLength < CAP, "its own size gives nothing away");
  const before = Deno.memoryUsage().rss;
  await assert.rejects(
    readBody(request(arriving([bomb]), "gzip"), CAP),
    problem("payload_too_large", String(CAP)),
  );
  const grown = (Deno.memoryUsage().rss - before) / MB;
  assert.ok(grown < 100, `${Math.round(grown)} MB of 400 were inflated`);
});

Deno.test("U1: a gzip body is inflated completely, in chunks of any size", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const packed = await gzip(arriving([bytes]));
  for (const size of [1000, 4095, 4096, 4097, packed.byteLength]) {
    const chunks = Array.from(
      { length: Math.ceil(packed.byteLength / size) },
      (_, n) => packed.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(await readBody(request(arriving(chunks), "gzip"), CAP), bytes);
  }
  // The old name of gzip (RFC 9110, 8.4.1.3).
  assert.deepEqual(await readBody(request(arriving([await gzip(arriving([bytes]))]), "x-gzip"), CAP), bytes);
});

Deno.test("U1: a gzip body of several members is inflated as one body, and a cut member is refused", async () => {
  const text = new TextEncoder();
  const members = await Promise.all(["{}\n", "", "[]\n"].map((part) => gzip(arriving([text.encode(part)]))));
  const packed = Uint8Array.from(members.flatMap((member) => [...member]));
  for (const chunks of [[packed], Array.from(packed, (byte) => Uint8Array.of(byte))]) {
    assert.deepEqual(await readBody(request(arriving(chunks), "gzip"), CAP), text.encode("{}\n[]\n"));
  }
  for (const cut of [1, 12, packed.byteLength - 5]) {
    await assert.rejects(
      readBody(request(arriving([packed.subarray(0, cut)]), "gzip"), CAP),
      problem("malformed_request", "content-encoding"),
    );
  }
});

Deno.test("U1: the limit of a gzip body counts all of its members together", async () => {
  const half = await gzip(arriving([new Uint8Array(CAP / 2 + 1)]));
  await assert.rejects(
    readBody(request(arriving([half, half.slice()]), "gzip"), CAP),
    problem("payload_too_large", String(CAP)),
  );
});

Deno.test("U8: gzip members that inflate to nothing are counted by their own bytes", async () => {
  const empty = await gzip(arriving([]));
  const count = Math.ceil((CAP + 1) / empty.byteLength);
  const members = Uint8Array.from(
    { length: count * empty.byteLength },
    (_, n) => empty[n % empty.byteLength] ?? 0,
  );
  assert.deepEqual(
    await readBody(request(arriving([members.subarray(0, 1000 * empty.byteLength)]), "gzip"), CAP),
    new Uint8Array(),
  );
  await assert.rejects(
    readBody(request(arriving([members]), "gzip"), CAP),
    problem("payload_too_large", String(CAP)),
  );
});

/** A body whose chunks a test sends one by one. */
function sentByHand() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (c) => void (controller = c),
    cancel: () => void (isCancelled = true),
  });
  return {
    body,
    send: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    isCancelled: () => isCancelled,
  };
}

for (const encoding of ["identity", "gzip"]) {
  Deno.test(`U8: a ${encoding} body that stops arriving is ended after 10 s`, async () => {
    const clock = testClock();
    const { body, isCancelled } = sentByHand();
    const reading = assert.rejects(
      readBody(request(body, encoding), CAP, clock),
      problem("body_timeout", "30"),
    );
    await clock.pass(9999);
    assert.equal(isCancelled(), false, "a pause below the limit ends nothing");
    await clock.pass(1);
    await reading;
    assert.equal(isCancelled(), true);
    assert.deepEqual(clock.waits(), [], "no timer is left");
  });
}

Deno.test("U8: a body that arrives byte by byte is ended after 30 s", async () => {
  const clock = testClock();
  const { body, send, isCancelled } = sentByHand();
  const reading = assert.rejects(
    readBody(request(body, "identity"), CAP, clock),
    problem("body_timeout", "30"),
  );
  for (let second = 0; second < 30; second++) {
    assert.equal(isCancelled(), false, `after ${second} s`);
    send("{");
    await clock.pass(1000);
  }
  await reading;
  assert.deepEqual(clock.waits(), []);
});

Deno.test("U8: a body in time is read, and leaves no timer", async () => {
  const clock = testClock();
  assert.deepEqual(
    await readBody(request(arriving([Uint8Array.of(123, 125)]), "identity"), CAP, clock),
    Uint8Array.of(123, 125),
  );
  assert.deepEqual(clock.waits(), []);
});

Deno.test("U8: a sender that stops on a real connection gets 408 with the code body_timeout", async () => {
  const clock = testClock();
  const handler = serveFunction(
    "sync",
    () => Promise.resolve({ learner: "learner", session: null }),
    async ({ request }) => {
      return new Response(String((await readBody(request, CAP, clock)).byteLength));
    },
  );
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const socket = connect(server.addr.port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text) => answer += text);
  socket.write('POST /sync HTTP/1.1\r\nhost: carrel.test\r\ncontent-length: 1000\r\n\r\n{"batch_id"');
  while (clock.waits().length === 0) await delay(5);
  await clock.pass(10_000);
  while (!answer.includes("body_timeout")) await delay(5);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  socket.destroy();
});

Deno.test("U1: a byte order mark before the header is skipped, and kept anywhere else", () => {
  const text = new TextEncoder();
  assert.equal(batchText(text.encode("\ufeff{}\n\ufeff[]")), "{}\n\ufeff[]");
  assert.equal(batchText(text.encode("\ufeff\ufeff{}")), "\ufeff{}");
  assert.equal(batchText(Uint8Array.of(0xef, 0xbb, 0xbf, 0xff)), "!base64:/w==");
});

Deno.test("I7: only a line feed ends a line: U+2028 and U+2029 stay inside, beside a broken line as well", () => {
  const line = '{"text":"a\u2028b\u2029c\u0085d\re"}';
  const bytes = new TextEncoder().encode(`${line}\n`);
  assert.equal(batchText(bytes), `${line}\n`);
  assert.equal(batchText(Uint8Array.of(...bytes, 0xff)), `${line}\n!base64:/w==`);
});

Deno.test("U1: a body that ends early or was cut is a malformed request", async () => {
  const packed = await gzip(arriving([new TextEncoder().encode("{}\n".repeat(1000))]));
  const half = packed.subarray(0, packed.byteLength >> 1);
  const lost = new TypeError("connection closed");
  const cut = problem("malformed_request", "content-encoding");
  await assert.rejects(readBody(request(arriving([half]), "gzip"), CAP), cut);
  await assert.rejects(readBody(request(arriving([half], lost), "gzip"), CAP), cut);
  await assert.rejects(
    readBody(request(arriving([Uint8Array.of(123)], lost), "identity"), CAP),
    problem("malformed_request", "content-length"),
  );
});

Deno.test("U8: a batch of too many blank lines is refused before SQL reads them", () => {
  const lines = (count: number) => new TextEncoder().encode("\n".repeat(count - 1));
  assert.equal(batchText(lines(1000)).length, 999);
  assert.throws(() => batchText(lines(1001)), problem("batch_too_large", "1000"));
});

/** Bytes that are no UTF-8 and have no line feed, each of the others among them. */
function binary(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 255 - (i * 7 + (i >> 8)) % 245);
}

Deno.test("I7: a line that is not UTF-8 keeps its bytes, whatever its length", () => {
  for (const length of [1, 2, 3, 4, 24_575, 24_576, 24_577, 49_153, CAP]) {
    const line = binary(length);
    assert.equal(batchText(line), `!base64:${Buffer.from(line).toString("base64")}`);
  }
  const text = new TextDecoder().decode(Uint8Array.of(0x7b, 0x7d));
  const bytes = Uint8Array.of(0x7b, 0x7d, 10, 0xff, 0, 10, 10, 0xe2, 0x28, 10, 0x7b, 0x7d);
  assert.equal(batchText(bytes), [text, "!base64:/wA=", "", "!base64:4ig=", text].join("\n"));
});

Deno.test("U8: the longest line that is not UTF-8 is encoded by thousands of bytes, and not byte by byte", () => {
  const { fromCharCode } = String;
  let calls = 0;
  String.fromCharCode = (...codes) => {
    calls++;
    return fromCharCode(...codes);
  };
  try {
    batchText(binary(CAP));
  } finally {
    String.fromCharCode = fromCharCode;
  }
  assert.ok(calls < CAP / 1000, `${calls} calls for ${CAP} bytes`);
});
