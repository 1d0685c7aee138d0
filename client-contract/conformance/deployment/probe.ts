// A client that asks a deployment one thing at a time, and looks at every part of the answer.
import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { type EventResult, SyncAnswer } from "../../contract/batch.ts";
import { SteeredPullAnswer } from "../../contract/changes.ts";
import { EndLine, Head, PageLine } from "../../contract/content.ts";
import { type ErrorCode, errors } from "../../contract/errors.ts";
import { Problem } from "../../contract/problem.ts";

const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Refusals for pressure are waited for, so often. */
const PATIENCE = 5;

/** A ULID of now. */
export function freshUlid(): string {
  let time = "";
  for (let left = Date.now(); time.length < 10; left = Math.floor(left / 32)) {
    time = BASE32.charAt(left % 32) + time;
  }
  return time +
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => BASE32.charAt(byte % 32)).join("");
}

/** What a deployment answered. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** A request below `/functions/v1/`. */
export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Null: none. */
  token?: string | null;
}

/** Where a deployment is, and who asks. */
export interface Target {
  url: string;
  /** Of a learner who is there for tests: the cases write events. */
  token: string;
  publishableKey?: string | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** The probe. */
export class Probe {
  readonly deviceId = crypto.randomUUID();
  readonly learnerId: string;
  /** Ids of the newest release; empty before `prepare`. */
  skills: string[] = [];
  questions: string[] = [];
  #rows: string[] | undefined;

  constructor(readonly target: Target) {
    this.learnerId =
      JSON.parse(atob((target.token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).sub;
  }

  /** Asks, and waits where the deployment is under pressure. */
  async ask(
    path: string,
    { method, headers = {}, body, token = this.target.token }: Asked = {},
  ): Promise<Answer> {
    const { url, publishableKey, fetch = globalThis.fetch } = this.target;
    const all = new Headers(headers);
    if (token !== null) all.set("authorization", `Bearer ${token}`);
    if (publishableKey) all.set("apikey", publishableKey);
    for (let attempt = 1;; attempt++) {
      const init = {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: all,
        body: body ?? null,
      };
      const response = await fetch(`${url}/functions/v1/${path}`, init);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const isPressed = response.status === 429 || response.status === 503;
      if (!isPressed || attempt === PATIENCE) {
        // `fetch` over a network has inflated the body already.
        const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
        const text = new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes);
        return { status: response.status, headers: response.headers, text };
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Number(response.headers.get("retry-after") ?? 1) * 1000)
      );
    }
  }

  /** Expects a refusal with a code of the registry, as problem details. */
  async refused(code: ErrorCode, path: string, asked: Asked = {}): Promise<Problem> {
    const { status, headers, text } = await this.ask(path, asked);
    assert.equal(status, errors[code].request?.status, `${path}: ${text.slice(0, 200)}`);
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
    const problem = Problem.parse(JSON.parse(text));
    assert.equal(problem.code, code);
    assert.equal(problem.status, status);
    assert.equal(problem.type, `https://carrel.dev/errors/${code}`);
    assert.equal(
      headers.get("x-request-id"),
      problem.request_id,
      "the request's id is in the header and in the body",
    );
    return problem;
  }

  /** A header line. */
  header(o: Record<string, unknown> = {}): string {
    return JSON.stringify({
      batch_id: freshUlid(),
      device_id: this.deviceId,
      sent_at: new Date().toISOString(),
      contract_version: 1,
      content_version: 1,
      content_schema: 2,
      platform: "conformance",
      ...o,
    });
  }

  /** The body of a batch. */
  batch = (lines: readonly string[], o: Record<string, unknown> = {}): string =>
    [this.header(o), ...lines, ""].join("\n");

  /** Sends a batch as it is. */
  post = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    this.ask("sync", { body, headers: { "content-type": "application/x-ndjson", ...headers } });

  /** Sends a batch, and gives the whole answer. */
  async push(lines: readonly string[], o: Record<string, unknown> = {}): Promise<SyncAnswer> {
    const { status, text } = await this.post(this.batch(lines, o));
    assert.equal(status, 200, text.slice(0, 300));
    return SyncAnswer.parse(JSON.parse(text));
  }

  /** Sends a batch, and gives the results. */
  results = async (lines: readonly string[]): Promise<EventResult[]> =>
    (await this.push(lines)).batch.results;

  /** The statuses of a batch's events. */
  statuses = async (lines: readonly string[]): Promise<string[]> =>
    (await this.results(lines)).map(({ status }) => status);

  /** Pulls one page. */
  async pull(query: Record<string, string | number> = {}): Promise<SteeredPullAnswer> {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    const { status, text } = await this.ask(`sync?${parameters}`);
    assert.equal(status, 200, text.slice(0, 300));
    return SteeredPullAnswer.parse(JSON.parse(text));
  }

  /** A line of an event. */
  event(type: string, body: object, o: Record<string, unknown> = {}): string {
    return JSON.stringify({
      id: freshUlid(),
      type,
      version: 1,
      learner_id: this.learnerId,
      device_id: this.deviceId,
      occurred_at: new Date().toISOString(),
      utc_offset_minutes: 0,
      body,
      ...o,
    });
  }

  /** An advance in a skill, within a reset if there is one. */
  advance = (skill_id: string, mastery: number, o: { completed?: string[]; reset?: object } = {}): string =>
    this.event("progress.advanced", { skill_id, mastery, ...o });

  async head(): Promise<Head> {
    const { status, text } = await this.ask("content/head?schema=2");
    assert.equal(status, 200, text.slice(0, 300));
    return Head.parse(JSON.parse(text));
  }

  /** A page of content. */
  async page(path: string) {
    const { status, text } = await this.ask(`content/${path}`);
    assert.equal(status, 200, text.slice(0, 300));
    const lines = text.split("\n");
    assert.equal(lines.pop(), "", "a page ends with a line break");
    const end = EndLine.parse(JSON.parse(lines.pop() ?? ""));
    const page = PageLine.parse(JSON.parse(lines.shift() ?? ""));
    assert.equal(lines.length, end.rows, "the number of rows");
    return { page, lines, end };
  }

  /** The lines of the newest release, asked for once. */
  async rows(): Promise<string[]> {
    if (this.#rows) return this.#rows;
    const rows: string[] = [];
    for (let after = "";;) {
      const { lines, end, page } = await this.page(`delta?schema=2&since=0${after}`);
      rows.push(...lines);
      if (end.next === null) return this.#rows = rows;
      after = `&until=${page.until}&history=${page.history}&after=${encodeURIComponent(end.next)}`;
    }
  }

  /** Reads the release, whose skills and questions the events name. Throws if nothing is published. */
  async prepare(): Promise<void> {
    const ids = (kind: string, rows: readonly string[]) =>
      rows.map((line) => JSON.parse(line)).filter((row) => row.kind === kind).map(({ id }) => String(id));
    const rows = await this.rows();
    [this.skills, this.questions] = [ids("skill", rows), ids("question", rows)];
    assert.ok(
      this.skills.length >= 3 && this.questions.length >= 2,
      "the release has three skills and two questions",
    );
  }

  /** A skill of the release. */
  skill(n = 0): string {
    return this.skills[n] ?? "";
  }

  gzip = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));
}
