// One request of pg_net's queue, and what becomes of it as a row of net._http_response.

/** A row of net.http_request_queue. */
export interface QueuedRequest {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string> | null;
  body: Uint8Array<ArrayBuffer> | null;
  timeoutMs: number;
}

/** A row of net._http_response, with its columns' names. */
export interface RecordedResponse {
  readonly [column: string]: string | number | boolean | null | Record<string, string>;
  id: string;
  status_code: number | null;
  content_type: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

/** pg_net.max_timeout_ms: what takes longer is not sent. */
const MAX_TIMEOUT_MS = 600_000;

function failure(id: string, message: string, timedOut = false): RecordedResponse {
  return {
    id,
    status_code: null,
    content_type: null,
    headers: null,
    content: null,
    timed_out: timedOut,
    error_msg: message,
  };
}

/** Sends one request; whatever happens to it is a response. Redirects are followed, as pg_net does. */
export async function send(request: QueuedRequest, closing: AbortSignal): Promise<RecordedResponse> {
  const { id, timeoutMs } = request;
  if (timeoutMs <= 0 || timeoutMs > MAX_TIMEOUT_MS) {
    return failure(id, `timeout_milliseconds must be between 1 and ${MAX_TIMEOUT_MS}, got ${timeoutMs}`);
  }
  const started = performance.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const headers = new Headers(request.headers ?? {});
    headers.set("user-agent", "pg_net/0.20.0");
    const response = await fetch(request.url, {
      method: request.method,
      headers,
      body: request.method === "GET" ? null : request.body,
      signal: AbortSignal.any([timeout, closing]),
    });
    const content = await response.text();
    return {
      id,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      // A null byte ends the text, as in C and in PostgreSQL's text.
      content: content.split("\0", 1)[0] || null,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    if (timeout.aborted) {
      const total = (performance.now() - started).toFixed(6);
      return failure(id, `Timeout of ${timeoutMs} ms reached. Total time: ${total} ms`, true);
    }
    return failure(id, error instanceof Error ? error.message : String(error));
  }
}
