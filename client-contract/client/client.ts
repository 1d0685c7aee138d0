// A thin client over the two Edge Functions. It keeps nothing and retries nothing: outbox, cache and schedule are the
// app's, and so is the decision what an error means for them.
import type { z } from "zod";
import { Adoption } from "../contract/adoption.ts";
import { BatchHeader, SyncAnswer } from "../contract/batch.ts";
import { SteeredPullAnswer } from "../contract/changes.ts";
import { type CellStore, createCells, memoryCells } from "./cells.ts";
import { ContractError, historyChanged, NetworkError, readProblem } from "./client_error.ts";
import { readBundle } from "./bundle.ts";
import { Head } from "../contract/content.ts";
import { type ContentChange, type DeltaPage, readDeltaPage } from "./delta_page.ts";
import { parseJson } from "../contract/json.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { type Bundle, type ContentReport, DomainNodes, Manifest } from "../contract/manifest.ts";
import type { MediaReference } from "../contract/question.ts";
import { fetchMediaUrls } from "./media.ts";
import { type GetToken, tokenSource } from "./token.ts";

/** Bodies below this many characters are sent as they are: gzip would save less than it costs. */
const GZIP_FROM = 1024;

/** Where the server is, and who asks. */
export interface ClientOptions {
  /** The Supabase project's URL; where there are several cells, the default cell's. */
  url: string;
  /** Where the learner's cell is kept. By default the client keeps it for as long as it lives. */
  cell?: CellStore | undefined;
  /** URLs of further cells that the app trusts with its token (docs/write-a-client.md#cells). */
  trustedCells?: readonly string[] | undefined;
  /** The learner's access token, asked for before every request. If it rejects, the call throws a NetworkError, as without a network. */
  getToken: GetToken;
  /** The learner whose tokens alone may be sent: with another learner's the call throws ProblemError `wrong_learner`, and sends nothing. */
  learnerId?: string | undefined;
  /** The project's publishable key, where its gateway wants one. */
  publishableKey?: string | undefined;
  /** By default the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** The content schema to be answered in; by default the one that this contract reads. */
  schema?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the request; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a pull may say. */
export interface PullOptions extends CallOptions {
  /** Changes. */
  limit?: number | undefined;
  /** The token of a batch that must be in it; a server that is behind answers `behind`. */
  atLeast?: string | null | undefined;
  /** The device that asks: its own rows are marked, and it is steered as its platform and version are. */
  device?: string | undefined;
}

/** How fresh a head must be. */
export interface HeadOptions extends CallOptions {
  /** The version that a hint named: a cached head older than it will not do. */
  expected?: number | undefined;
  /** The history that it named. */
  history?: string | undefined;
  /** What the device holds (version 0, of no history: nothing), for the server's figures; a batch's header says it too. */
  holds?: { deviceId: string | undefined; version: number; history: string | null };
}

/** One version of one history. */
export interface VersionQuery extends CallOptions {
  /** The history that the version belongs to: a head's or a hint's. */
  history: string;
  /** A content version, from 1. */
  version: number;
}

/** Which content to read. */
export interface DeltaQuery extends CallOptions {
  /** The version that the device holds; 0, the default, for the snapshot. */
  since?: number | undefined;
  /** The history that `since` belongs to; needed unless it is 0. */
  history?: string | undefined;
  /** The version to read until; by default the newest when the first page is answered. */
  until?: number | undefined;
  /** Only these domains. */
  domains?: readonly string[] | undefined;
  /** Whether rows that differ from those of `since` in their version alone come as `same`, without their texts. The caller must hold them. */
  same?: boolean | undefined;
  /** The `next` of the last page that was kept, to go on after it; then `until` is to be that page's. */
  after?: string | undefined;
  /** Rows a page. */
  limit?: number | undefined;
  /** The device that holds `since`, for the server's figures. A device that asks for the head first says it there. */
  deviceId?: string | undefined;
}

/** The head, or word that it is still the one of the ETag. */
export type HeadAnswer = { changed: true; head: Head; etag: string | null } | { changed: false };

/** The client. Its methods throw ProblemError, NetworkError or ContractError. */
export interface Client {
  /** The newest release; with the ETag of the last answer a head that is still the same is not sent again. */
  head(etag?: string | null, o?: HeadOptions): Promise<HeadAnswer>;
  /**
   * What changed between two versions, page by page, all until the same version. Apply all pages in one transaction,
   * or none. Where the first page says that it is since 0, it is a snapshot: everything held (of the domains that were
   * asked for) is to be replaced.
   */
  delta(query?: DeltaQuery): AsyncGenerator<DeltaPage, void, void>;
  /** The hash tree of a version, and where its bundles are. */
  manifest(query: VersionQuery): Promise<Manifest>;
  /** The domains' nodes of a version. */
  domainNodes(query: VersionQuery): Promise<DomainNodes>;
  /** Rows of a node: a skill's and its questions', or a domain's own row alone. Not checked against any hash. */
  node(query: VersionQuery & { id: string }): Promise<ContentChange[]>;
  /** A bundle's rows; the file is checked against its size and hash, and costs no token. */
  bundle(bundle: Bundle, o?: CallOptions): Promise<ContentChange[]>;
  /**
   * Signed URLs of files, by their hashes; they can be fetched for at least an hour, and their bytes are to be checked against size and hash. All
   * devices get the same URL, so that a CDN keeps one copy. A file that was not uploaded has none.
   */
  mediaUrls(files: readonly Pick<MediaReference, "sha256">[], o?: CallOptions): Promise<Map<string, string>>;
  /** Tells the server that a cache was found damaged, or has been repaired. */
  report(report: ContentReport, o?: CallOptions): Promise<void>;
  /** Sends a batch; `lines` are the events' exact lines from the outbox. */
  sync(header: BatchHeader, lines: readonly string[], o?: CallOptions): Promise<SyncAnswer>;
  /** The learner's own changes since the cursor of the last pull (null: all). */
  pull(cursor: string | null, o?: PullOptions): Promise<SteeredPullAnswer>;
  /**
   * Moves what an anonymous learner did to the account whose token `getToken` gives. `anonymousToken`: the last access token of
   * the anonymous session, which must not be signed out. It may be repeated.
   */
  adopt(anonymousToken: string, o?: CallOptions): Promise<Adoption>;
}

function query(parameters: Record<string, string | number | undefined | null>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]]
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function read<T extends z.ZodType>(schema: T, body: string): z.output<T> {
  const value = parseJson(body);
  // Half an answer, or the page of a hotel's Wi-Fi.
  if (value === undefined) throw new NetworkError("the answer was cut off, or is not the server's");
  const result = schema.safeParse(value);
  if (!result.success) throw new ContractError(`not an answer of this contract: ${result.error.message}`);
  return result.data;
}

/** Runs what the network may break. An abort stays the caller's own. */
async function overNetwork<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw new NetworkError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const gzip = (text: string) =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).blob();

/** Makes a client; nothing is sent until one of its methods is called. */
export function createClient(o: ClientOptions): Client {
  const cells = createCells({ home: o.url, trusted: o.trustedCells }, o.cell ?? memoryCells());
  const doFetch = o.fetch ?? globalThis.fetch.bind(globalThis);
  const schema = o.schema ?? CONTENT_SCHEMA;
  const tokens = tokenSource(o.getToken, () => o.learnerId);

  /** Sends a request and reads its whole answer; throws on all but 2xx and 304. */
  async function send(
    path: string,
    { signal, ...init }: Omit<RequestInit, "signal"> & CallOptions,
    service: "functions" | "rest" | "storage" = "functions",
  ) {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${await tokens.get()}`);
    if (o.publishableKey) headers.set("apikey", o.publishableKey);
    const cell = cells.url();
    const { response, body } = await overNetwork(signal, async () => {
      const response = await doFetch(`${cell}/${service}/v1${path}`, {
        ...init,
        headers,
        signal: signal ?? null,
      });
      return { response, body: await response.text() };
    });
    if (response.ok || response.status === 304) return { response, body, cell };
    const problem = readProblem(response, body);
    cells.refused(problem, cell);
    if (problem.code === "token_expired") tokens.refuse();
    throw problem;
  }

  /** Reads what a path answers about a version. */
  async function ofVersion<T extends { history: string; schema: number; version: number }>(
    answer: z.ZodType<T>,
    path: string,
    { history, version, signal }: VersionQuery,
  ): Promise<T> {
    const { body } = await send(`${path}${query({ schema, history, version })}`, { signal });
    const found = read(answer, body);
    if (found.history === history && found.version === version && found.schema === schema) return found;
    throw new ContractError("the answer is about another version than was asked for");
  }

  return {
    async head(etag, { expected, history, holds, signal } = {}) {
      const headers: HeadersInit = etag ? { "if-none-match": etag } : {};
      const parameters = {
        schema,
        expected,
        history: history ?? holds?.history,
        device: holds?.deviceId,
        // Of a history that a hint says is over, the device holds nothing.
        version: holds && history && history !== holds.history ? 0 : holds?.version,
      };
      const { response, body } = await send(`/content/head${query(parameters)}`, { headers, signal });
      if (response.status === 304) return { changed: false };
      return { changed: true, head: read(Head, body), etag: response.headers.get("etag") };
    },

    async *delta({ since = 0, history, until, domains, same, after, limit, deviceId, signal } = {}) {
      if (domains?.length === 0) throw new RangeError("an empty list of domains would read as all of them");
      let next = after ?? null;
      let first: DeltaPage["page"] | undefined;
      do {
        const parameters = {
          schema,
          history,
          since: first?.since ?? since,
          until: first?.until ?? until,
          domains: domains?.join(","),
          same: same ? "true" : undefined,
          after: next,
          limit,
          device: deviceId,
        };
        const { body } = await send(`/content/delta${query(parameters)}`, { signal });
        const page = readDeltaPage(body);
        first ??= page.page;
        // A snapshot names no history, so the server can't see that it was restored between two pages.
        if (page.page.history !== first.history) throw historyChanged();
        if (page.page.since !== first.since || page.page.until !== first.until) {
          throw new ContractError("two pages of one delta are not between the same versions");
        }
        yield page;
        next = page.end.next;
      } while (next !== null);
    },

    manifest: (query) => ofVersion(Manifest, "/content/manifest", query),

    domainNodes: (query) => ofVersion(DomainNodes, "/content/domains", query),

    async node({ history, version, id, signal }) {
      const changes: ContentChange[] = [];
      let after: string | null = null;
      do {
        const path: string = `/content/node${query({ schema, history, version, id, after })}`;
        const page = readDeltaPage((await send(path, { signal })).body);
        if (page.page.history !== history) throw historyChanged();
        changes.push(...page.changes);
        after = page.end.next;
      } while (after !== null);
      return changes;
    },

    async bundle(bundle, { signal } = {}) {
      const url = new URL(bundle.url, cells.url());
      const { response, bytes } = await overNetwork(signal, async () => {
        const response = await doFetch(url, { signal: signal ?? null });
        return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
      });
      if (!response.ok) throw readProblem(response, new TextDecoder().decode(bytes));
      return await readBundle(bundle, bytes);
    },

    mediaUrls: (files, { signal } = {}) =>
      fetchMediaUrls(files, async (answer, service, path, value) => {
        const headers = { "content-type": "application/json" };
        const { body, cell } = await send(
          path,
          { method: "POST", headers, body: JSON.stringify(value), signal },
          service,
        );
        return { answer: read(answer, body), cell };
      }),

    async report(report, { signal } = {}) {
      const headers = { "content-type": "application/json" };
      await send("/content/report", { method: "POST", headers, body: JSON.stringify(report), signal });
    },

    async sync(header, lines, { signal } = {}) {
      if (lines.some((line) => line === "" || line.includes("\n"))) {
        throw new RangeError("an event is one line: results are told apart by their place");
      }
      const text = [JSON.stringify(header), ...lines, ""].join("\n");
      const headers = new Headers({ "content-type": "application/x-ndjson" });
      const isLong = text.length >= GZIP_FROM;
      if (isLong) headers.set("content-encoding", "gzip");
      const body = isLong ? await gzip(text) : text;
      const answer = await send("/sync", { method: "POST", headers, body, signal });
      const sync = read(SyncAnswer, answer.body);
      if (sync.batch.results.length === lines.length) return sync;
      throw new ContractError(`${sync.batch.results.length} results for ${lines.length} events`);
    },

    async pull(cursor, { limit, atLeast, device, signal } = {}) {
      const { body } = await send(`/sync${query({ cursor, limit, at_least: atLeast, device })}`, { signal });
      return read(SteeredPullAnswer, body);
    },

    async adopt(anonymousToken, { signal } = {}) {
      const body = JSON.stringify({ anonymous_token: anonymousToken });
      const headers = { "content-type": "application/json" };
      return read(Adoption, (await send("/sync/adopt", { method: "POST", headers, body, signal })).body);
    },
  };
}
