// Sends one HTTP/1.1 POST to a checked address and reads a bounded part of the answer. fetch() is not used, because it resolves
// the name again, follows redirects and reads answers without a limit.
import type { Target } from "./target.ts";

/** The most bytes of an answer that are read, including the head. */
const ANSWER_BYTES = 64 * 1024;
/** The most addresses of a name that are tried. */
const ADDRESSES = 3;

/** How a request is made. */
export interface PostOptions {
  /** The time limit of the whole attempt: connecting, TLS, sending, the head of the answer. */
  timeoutMs: number;
  /** Certificates to trust beside the usual ones; for tests. */
  caCerts?: string[];
}

/** The answer of a receiver. */
export interface PostAnswer {
  status: number;
  /** Seconds that the receiver asks to wait, or null. */
  retryAfterS: number | null;
  /** The beginning of the answer's body. */
  text: string;
}

/** No answer within the time. */
export class PostTimeout extends Error {
  override readonly name = "PostTimeout";
}

function requestBytes({ url }: Target, headers: Record<string, string>, body: string): Uint8Array {
  const payload = new TextEncoder().encode(body);
  const head = [
    // A URL's path and query are ASCII without spaces and line breaks, whatever was put in.
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "connection: close",
    "accept: */*",
    `content-length: ${payload.byteLength}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join("\r\n");
  return new Uint8Array([...new TextEncoder().encode(`${head}\r\n\r\n`), ...payload]);
}

function retryAfter(value: string | undefined): number | null {
  if (value === undefined) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) : null;
}

interface Head {
  status: number;
  headers: Map<string, string>;
  /** Where the body begins. */
  end: number;
}

/** The head of the final answer, after interim ones (1xx). Null while it is incomplete. */
function readHead(text: string, from = 0): Head | null {
  const end = text.indexOf("\r\n\r\n", from);
  if (end < 0) return null;
  const [first = "", ...lines] = text.slice(from, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
  if (!(status >= 100 && status <= 599)) throw new Error("The answer is not HTTP/1.1.");
  if (status < 200) return readHead(text, end + 4);
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  }));
  return { status, headers, end: end + 4 };
}

/** The printable beginning of a body, for the log. The size of a first chunk is removed. */
function excerpt(text: string, headers: Map<string, string>): string {
  const chunked = headers.get("transfer-encoding")?.toLowerCase() === "chunked";
  const body = chunked ? text.replace(/^[0-9a-f]+[^\r\n]*\r\n/i, "").replace(/\r\n0\r\n\r\n$/, "") : text;
  const utf8 = new TextDecoder().decode(Uint8Array.from(body.slice(0, 1200), (c) => c.charCodeAt(0)));
  return utf8.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\ufffd]+/gu, " ").trim().slice(0, 300);
}

async function exchange(
  connection: Deno.Conn,
  request: Uint8Array,
  timedOut: () => boolean,
): Promise<PostAnswer> {
  for (let sent = 0; sent < request.byteLength;) sent += await connection.write(request.subarray(sent));
  const chunk = new Uint8Array(16 * 1024);
  // One character a byte: only ASCII of it is looked at.
  let text = "";
  let head: Head | null = null;
  while (text.length < ANSWER_BYTES) {
    const expected = head && head.headers.has("content-length")
      ? head.end + Number(head.headers.get("content-length"))
      : Infinity;
    if (text.length >= expected) break;
    let size: number | null;
    try {
      size = await connection.read(chunk);
    } catch (error) {
      // The status counts as soon as it is there, even if the body never ends.
      if (head) break;
      throw error;
    }
    if (size === null) break;
    for (const byte of chunk.subarray(0, size)) text += String.fromCharCode(byte);
    head ??= readHead(text);
  }
  if (!head) {
    throw timedOut()
      ? new PostTimeout("No answer in time.")
      : new Error("The head of the answer is incomplete.");
  }
  return {
    status: head.status,
    retryAfterS: retryAfter(head.headers.get("retry-after")),
    text: excerpt(text.slice(head.end, ANSWER_BYTES), head.headers),
  };
}

/** Sends one request. Rejects with `PostTimeout`, or with the error of connecting, TLS or reading. */
export async function post(
  target: Target,
  headers: Record<string, string>,
  body: string,
  o: PostOptions,
): Promise<PostAnswer> {
  const bytes = requestBytes(target, headers, body);
  let open: Deno.Conn | undefined;
  let over = false;
  const close = () => {
    try {
      open?.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    over = true;
    // Closing the connection ends a read that waits. If the status was read already, it is the answer.
    close();
    setTimeout(() => reject(new PostTimeout("No answer in time.")), 50);
  }, o.timeoutMs);

  async function connect(): Promise<Deno.TcpConn> {
    let failure: unknown = new Error("There is no address.");
    for (const hostname of target.addresses.slice(0, ADDRESSES)) {
      if (over) break;
      try {
        const connection = await Deno.connect({ hostname, port: target.port });
        open = connection;
        if (over) close();
        return connection;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async function run(): Promise<PostAnswer> {
    const plain = await connect();
    if (target.url.protocol !== "https:") return await exchange(plain, bytes, () => over);
    const secure = await Deno.startTls(plain, { hostname: target.hostname, caCerts: o.caCerts ?? [] });
    open = secure;
    await secure.handshake();
    return await exchange(secure, bytes, () => over);
  }

  const running = run();
  try {
    return await Promise.race([running, late]);
  } catch (error) {
    // A result after the time limit is ignored.
    running.catch(() => {}).finally(close);
    throw over ? new PostTimeout("No answer in time.") : error;
  } finally {
    clearTimeout(timer);
    close();
  }
}
