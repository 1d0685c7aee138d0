// A server in memory for tests of the device's content: the content service of the conformance kit, with answers that tests
// tamper with. Pushes are answered with nothing to say.
import { ContentService } from "../../../client-contract/conformance/server/content.ts";
import { Refusal, refusalReply } from "../../../client-contract/conformance/server/refusal.ts";
import { BatchHeader } from "../../../client-contract/contract/batch.ts";
import { DEFAULT_STEERING } from "../../../client-contract/contract/steering.ts";
import type { Handle } from "./server.ts";

/** What a request cost. */
export interface Asked {
  /** Below the function's name: `/head`, `/delta`, …; `/bundle` for files. */
  path: string;
  url: URL;
  bytes: number;
}

/** The server. Its fields may be changed at any time. */
export class ContentServer extends ContentService {
  /** What is done to an answer's bytes on their way. */
  tamper: (asked: Asked, bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Response = (_, bytes) =>
    bytes;
  readonly asked: Asked[] = [];
  /** The paths of requests that were refused. */
  readonly refused: string[] = [];

  /** Bytes of answers to requests of a path. */
  bytesOf(path: string): number {
    return this.asked.filter((asked) => asked.path === path).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #sync(request: Request): Promise<object> {
    const gzipped = request.headers.get("content-encoding") === "gzip";
    const stream = gzipped ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
    const [header = "", ...events] = (await new Response(stream).text()).trimEnd().split("\n");
    const { batch_id, pull } = BatchHeader.parse(JSON.parse(header));
    const results = events.map((line) => ({ id: JSON.parse(line).id, status: "applied" }));
    const changes = { changes: [], cursor: `${this.history}.0`, more: false };
    const batch = {
      batch_id,
      changed: false,
      received_at: "2026-11-22T10:00:00Z",
      token: `${this.history}.0`,
      results,
    };
    const steering = { ...DEFAULT_STEERING, poll_after_s: 120 };
    return { batch, head: this.head(), steering, pull: pull ? changes : null };
  }

  async #content(path: string, request: Request, query: URLSearchParams): Promise<string> {
    if (path !== "/report" || this.isRefused) return await this.answer(path, query);
    this.reports.push(await request.json());
    return "";
  }

  /** Answers a request. */
  readonly handle: Handle = async (request) => {
    const url = new URL(request.url);
    const path = /\/content(\/\w+)$/.exec(url.pathname)?.[1];
    const file = this.files.get(url.pathname);
    try {
      let text = "";
      if (path) text = await this.#content(path, request, url.searchParams);
      else if (url.pathname.endsWith("/sync")) text = JSON.stringify(await this.#sync(request));
      else if (!file) throw new Refusal("not_found");
      const body = file ?? new TextEncoder().encode(text);
      const asked = { path: path ?? (file ? "/bundle" : "/sync"), url, bytes: body.byteLength };
      this.asked.push(asked);
      const answer = this.tamper(asked, body);
      if (answer instanceof Response) return answer;
      return path === "/report" ? new Response(null, { status: 204 }) : new Response(answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refused.push(path ?? url.pathname);
      const { status, headers, body } = refusalReply(error);
      return new Response(String(body), { status, headers });
    }
  };
}
