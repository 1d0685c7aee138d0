// Requests of the minimal client: tokens, failures, and retries.
import { ContentLine, EndLine, PageLine, Problem, type Steering } from "../../contract/mod.ts";

/** What the app gives its client. */
export interface App {
  url: string;
  learnerId: string;
  deviceId: string;
  fetch: typeof globalThis.fetch;
  /** The access token, or null. `refused`: the server called the last one expired. */
  getToken(refused: boolean): string | null;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  utcOffsetMinutes: number;
}

/** Why a sync failed. */
export class Failure extends Error {
  constructor(readonly code: string, readonly isRetryable = false, readonly retryAfter = 0) {
    super(code);
  }
}

/** Attempts at a request, and the longest wait within a sync in milliseconds. */
const [ATTEMPTS, PATIENCE_MS] = [6, 60_000];

/** The network. */
export class Http {
  constructor(readonly app: App) {}

  /** Sends one request, and gives the body of a success. */
  async send(path: string, init: RequestInit, isRefused: boolean): Promise<string> {
    const token = this.app.getToken(isRefused);
    if (token === null) throw new Failure("signed_out");
    const { sub } = JSON.parse(atob(token.split(".")[1] ?? ""));
    if (sub !== this.app.learnerId) throw new Failure("wrong_learner");
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    let response, body;
    try {
      response = await this.app.fetch(`${this.app.url}/functions/v1/${path}`, { ...init, headers });
      body = await response.text();
    } catch {
      throw new Failure("network", true);
    }
    if (response.ok) return body;
    throw this.failureOf(response, body);
  }

  /** Reads a refusal; one that is not Carrel's is judged by its status. */
  failureOf({ status, headers }: Response, body: string): Failure {
    const retryAfter = Number(headers.get("retry-after") ?? 0) || 0;
    try {
      const { code, retryable } = Problem.parse(JSON.parse(body));
      return new Failure(code, retryable, retryAfter);
    } catch {
      return new Failure(`status_${status}`, status === 429 || status >= 500, retryAfter);
    }
  }

  /** Milliseconds to wait after the nth failure: what the server asks for, and a random time that grows. */
  backoff(failures: number, { retryAfter }: Failure, steering: Steering): number {
    const most = Math.min(steering.retry_cap_ms, steering.retry_base_ms * 2 ** (failures - 1));
    return retryAfter * 1000 + Math.random() * most;
  }

  /** Repeats a request until it succeeds, or its failure is final. */
  async retrying<T>(steering: Steering, work: (isRefused: boolean) => Promise<T>): Promise<T> {
    let isRefused = false;
    for (let failures = 1;;) {
      try {
        return await work(isRefused);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (error.code === "token_expired" && !isRefused) isRefused = true;
        else {
          const wait = this.backoff(failures, error, steering);
          if (!error.isRetryable || failures++ >= ATTEMPTS || wait > PATIENCE_MS) throw error;
          await this.app.sleep(wait);
        }
      }
    }
  }
}

/** One page of a delta. */
export interface Page {
  page: PageLine;
  lines: string[];
  next: string | null;
}

/** Reads a page. One that lacks its end was cut off. */
export function readPage(body: string): Page {
  try {
    const [first = "", ...lines] = body.split("\n").slice(0, -1);
    const end = EndLine.parse(JSON.parse(lines.pop() ?? ""));
    for (const line of lines) ContentLine.parse(JSON.parse(line));
    if (lines.length !== end.rows) throw new Error("a row is missing");
    return { page: PageLine.parse(JSON.parse(first)), lines, next: end.next };
  } catch {
    throw new Failure("network", true);
  }
}
