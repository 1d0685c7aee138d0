// The scripted server: a small server of the protocol in memory, deterministic, with faults that a case plans. It records what the
// client did, so that a case can look at it.
import { gunzipSync } from "node:zlib";
import { BatchHeader } from "../../contract/batch.ts";
import { parseJson } from "../../contract/json.ts";
import { DEFAULT_PULL_CHANGES, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "../../contract/limits.ts";
import { DEFAULT_STEERING, type Steering } from "../../contract/steering.ts";
import { sha256 } from "../../contract/sha256.ts";
import { ContentService } from "./content.ts";
import { type Fault, requestLost } from "./faults.ts";
import { type Judge, Ledger } from "./ledger.ts";
import { Refusal, refusalReply } from "./refusal.ts";
import { CLOCK_HEADER, type Endpoint, jsonReply, type RawRequest, type Reply } from "./reply.ts";

/** A request as the server saw it. */
export interface Recorded {
  endpoint: Endpoint;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  /** The client's time, in milliseconds since 1970; NaN if its adapter does not say it. */
  at: number;
  /** The body, inflated. */
  text: string;
  /** A push: its header, and its lines as they came. */
  header: BatchHeader | null;
  lines: string[];
  /** The fault that struck, or null. */
  fault: string | null;
}

interface Caller {
  learnerId: string;
  token: string;
}

/** A token of the scripted server. `mark` tells tokens of one learner apart. */
export function scriptedToken(learnerId: string, mark = "1"): string {
  const payload = btoa(JSON.stringify({ sub: learnerId, session_id: mark })).replaceAll("=", "");
  return `e30.${payload}.test`;
}

const FUNCTIONS = /\/functions\/v1\/(sync|content)(?:\/(\w+))?$/;
const CONTENT: readonly string[] = [
  "head",
  "delta",
  "manifest",
  "domains",
  "node",
  "report",
] satisfies Endpoint[];
const isContent = (name: string): name is Endpoint => CONTENT.includes(name);

function endpointOf(method: string, path: string): Endpoint | undefined {
  const [, name, rest = ""] = FUNCTIONS.exec(path) ?? [];
  if (name === "content") return isContent(rest) ? rest : undefined;
  if (name === "sync" && rest === "adopt") return "adopt";
  if (name === "sync" && rest === "") return method === "POST" ? "push" : "pull";
  return path.startsWith("/files/") ? "bundle" : undefined;
}

/** The server. A case changes its fields at any time. */
export class ScriptedServer {
  readonly content = new ContentService();
  steering: Steering = { ...DEFAULT_STEERING };
  /** The server's time, in milliseconds since 1970. */
  now = Date.UTC(2026, 10, 30, 8);
  judge: Judge = () => undefined;
  /** The most changes of a pull, whatever the client asks for. */
  pullChanges = DEFAULT_PULL_CHANGES;
  readonly expiredTokens = new Set<string>();
  readonly endedTokens = new Set<string>();
  readonly revokedDevices = new Set<string>();
  readonly requests: Recorded[] = [];
  /** Is called with each request before it is carried out. `dropped`: the request is not carried out. */
  onRequest: (request: Recorded) => Promise<"dropped" | void> | void = () => {};
  readonly #ledgers = new Map<string, Ledger>();
  readonly #adopted = new Map<string, string>();
  readonly #planned: { endpoint: Endpoint; fault: Fault; left: number }[] = [];

  /** Lets faults strike the next requests of an endpoint, one each. */
  fault(endpoint: Endpoint, ...faults: Fault[]): void {
    for (const fault of faults) this.#planned.push({ endpoint, fault, left: 1 });
  }

  /** Lets a fault strike every request of an endpoint, until `heal`. */
  always(endpoint: Endpoint, fault: Fault): void {
    this.#planned.push({ endpoint, fault, left: Infinity });
  }

  /** Ends all faults. */
  heal(): void {
    this.#planned.length = 0;
  }

  /** Requests of an endpoint, in order. */
  asked(endpoint: Endpoint): Recorded[] {
    return this.requests.filter((request) => request.endpoint === endpoint);
  }

  /** What the server knows of a learner. */
  ledger(learnerId: string): Ledger {
    const ledger = this.#ledgers.get(learnerId) ?? new Ledger(learnerId, (id) => this.#skillOf(id));
    this.#ledgers.set(learnerId, ledger);
    return ledger;
  }

  /** Begins another history, as a restore does. `lose`: the learners' data are lost, too. */
  rotate(history: string, { lose = false } = {}): void {
    this.content.history = history;
    if (lose) { for (const ledger of this.#ledgers.values()) ledger.lose(); }
  }

  #skillOf(questionId: string): string | null {
    const line = this.content.releases.findLast(({ lines }) => lines.has(`question/${questionId}`))
      ?.lines.get(`question/${questionId}`);
    return line ? JSON.parse(line).skill_id : null;
  }

  #caller(headers: RawRequest["headers"], endpoint: Endpoint): Caller {
    const token = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1];
    if (!token) throw new Refusal("unauthenticated");
    if (this.expiredTokens.has(token)) throw new Refusal("token_expired");
    const isLearners = ["push", "pull", "adopt", "report"].includes(endpoint);
    if (isLearners && this.endedTokens.has(token)) throw new Refusal("session_ended");
    const learnerId = String(JSON.parse(atob(token.split(".")[1] ?? "")).sub);
    if (isLearners && this.#adopted.has(learnerId)) throw new Refusal("learner_adopted");
    return { learnerId, token };
  }

  #admit(deviceId: string | null): void {
    const { paused } = this.steering;
    if (paused) throw new Refusal("paused", { detail: paused.reason, retryAfter: paused.retry_after_s });
    if (deviceId !== null && this.revokedDevices.has(deviceId)) throw new Refusal("device_revoked");
  }

  #push({ header, lines, text }: Recorded, { learnerId }: Caller): Reply {
    if (!header) throw new Refusal("malformed_batch", { info: "batch_id" });
    this.#admit(header.device_id);
    if (lines.length > MAX_BATCH_EVENTS) {
      throw new Refusal("batch_too_large", { info: `${MAX_BATCH_EVENTS}` });
    }
    if (new TextEncoder().encode(text).byteLength > MAX_BATCH_BYTES) throw new Refusal("payload_too_large");
    const ledger = this.ledger(learnerId);
    const { history } = this.content;
    const received_at = new Date(this.now).toISOString();
    const { pull, dead_letters } = header;
    if (dead_letters) {
      lines.forEach((line, n) => ledger.letters.push({ line, reason: dead_letters[n] ?? null }));
    }
    const results = lines.map((line) => ledger.take(line, received_at, this.judge));
    const changed = ledger.project();
    return jsonReply({
      batch: {
        batch_id: header.batch_id,
        changed,
        received_at,
        token: `${history}.${ledger.place}`,
        results,
      },
      head: this.content.head(),
      steering: this.steering,
      pull: pull ? this.#changes(ledger, pull.cursor ?? null, pull.limit ?? null, header.device_id) : null,
    });
  }

  #changes(ledger: Ledger, cursor: string | null, limit: number | null, deviceId: string | null) {
    const most = Math.min(limit ?? DEFAULT_PULL_CHANGES, this.pullChanges);
    return ledger.pull(cursor, this.content.history, most, deviceId);
  }

  #pull({ query }: Recorded, { learnerId }: Caller): Reply {
    const device = query.get("device");
    this.#admit(device);
    const ledger = this.ledger(learnerId);
    const [history, place] = (query.get("at_least") ?? "").split(".");
    if (history === this.content.history && Number(place) > ledger.place) throw new Refusal("behind");
    const changes = this.#changes(
      ledger,
      query.get("cursor"),
      Number(query.get("limit") ?? 0) || null,
      device,
    );
    return jsonReply({ ...changes, steering: this.steering });
  }

  #adopt({ text }: Recorded, { learnerId }: Caller): Reply {
    const token = String(JSON.parse(text).anonymous_token);
    const other = String(JSON.parse(atob(token.split(".")[1] ?? "")).sub);
    const ledger = this.ledger(learnerId);
    const moved = ledger.adopt(this.ledger(other));
    ledger.project();
    this.#adopted.set(other, learnerId);
    return jsonReply({
      learner_id: learnerId,
      adopted_at: new Date(this.now).toISOString(),
      token: `${this.content.history}.${ledger.place}`,
      moved,
      duplicate: 0,
      conflict: 0,
    });
  }

  async #work(request: Recorded, path: string): Promise<Reply> {
    const { endpoint, query, headers } = request;
    try {
      const file = this.content.files.get(path);
      if (endpoint === "bundle") {
        if (!file) throw new Refusal("not_found");
        return { status: 200, headers: {}, body: file, delivery: "whole" };
      }
      const caller = this.#caller(headers, endpoint);
      if (endpoint === "push") return this.#push(request, caller);
      if (endpoint === "pull") return this.#pull(request, caller);
      if (endpoint === "adopt") return this.#adopt(request, caller);
      if (endpoint === "report") {
        this.content.reports.push(JSON.parse(request.text));
        return { status: 204, headers: {}, body: "", delivery: "whole" };
      }
      const body = await this.content.answer(`/${endpoint}`, query);
      const etag = `"${sha256(body).slice(0, 16)}"`;
      if (headers["if-none-match"] === etag) return { status: 304, headers: {}, body: "", delivery: "whole" };
      return { status: 200, headers: { "content-type": "application/json", etag }, body, delivery: "whole" };
    } catch (error) {
      if (error instanceof Refusal) return refusalReply(error);
      throw error;
    }
  }

  /** Answers a request. */
  async handle({ method, url, headers, body }: RawRequest): Promise<Reply> {
    const { pathname, searchParams: query } = new URL(url, "http://carrel.test");
    const endpoint = endpointOf(method, pathname);
    if (!endpoint) return refusalReply(new Refusal("not_found"));
    const inflated = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const text = new TextDecoder().decode(inflated);
    const [first = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
    const header = endpoint === "push" ? BatchHeader.safeParse(parseJson(first)).data ?? null : null;
    const planned = this.#planned.find((plan) => plan.endpoint === endpoint && plan.left > 0);
    if (planned) planned.left--;
    const request: Recorded = {
      endpoint,
      query,
      headers,
      at: Number(headers[CLOCK_HEADER] ?? NaN),
      text,
      header,
      lines: endpoint === "push" ? lines : [],
      fault: planned?.fault.name ?? null,
    };
    this.requests.push(request);
    if (await this.onRequest(request) === "dropped") return await requestLost.strike(() => Promise.reject());
    const work = () => this.#work(request, pathname);
    return planned ? await planned.fault.strike(work) : await work();
  }
}
