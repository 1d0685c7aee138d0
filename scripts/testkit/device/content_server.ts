// A content server in memory: the protocol's content half, with releases that tests make up, and faults that no real
// server has. Pushes are answered with nothing to say.
import { BatchHeader } from "../../../client-contract/contract/batch.ts";
import { treeRow } from "../../../client-contract/contract/hash_tree.ts";
import { withVersion } from "../../../client-contract/contract/content.ts";
import { CONTENT_SCHEMA } from "../../../client-contract/contract/limits.ts";
import type { Bundle, ContentReport, Manifest } from "../../../client-contract/contract/manifest.ts";
import { sha256 } from "../../../client-contract/contract/sha256.ts";
import { DEFAULT_STEERING } from "../../../client-contract/contract/steering.ts";
import { Problem, problemResponse } from "../../../supabase/functions/_shared/problem.ts";
import type { Draft, Release } from "./curriculum.ts";
import { publishDrafts } from "./curriculum.ts";
import type { Handle } from "./server.ts";

/** What a request cost. */
export interface Asked {
  /** Below the function's name: `/head`, `/delta`, …; `/bundle` for files. */
  path: string;
  url: URL;
  bytes: number;
}

const gzip = async (text: string) =>
  new Uint8Array(
    await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );

const domainOf = (line: string): string => {
  const row = JSON.parse(line);
  return row.kind === "domain" ? row.id : row.domain_id;
};

/** The server. Its fields may be changed at any time. */
export class ContentServer {
  history = "0a93ab2dc16574ce";
  releases: Release[] = [];
  minimumVersion = 0;
  horizon = 0;
  schemaEndsAt: string | null = null;
  /** The client's schema is retired. */
  isRefused = false;
  isBundled = false;
  /** The newest release with bundles, where that is not the newest of all. */
  bundledUntil = Infinity;
  /** Deltas are answered by the snapshot. */
  prefersSnapshots = false;
  /** What is done to an answer's bytes on their way. */
  tamper: (asked: Asked, bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | Response = (_, bytes) =>
    bytes;
  readonly asked: Asked[] = [];
  readonly reports: ContentReport[] = [];
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();

  /** Publishes drafts. */
  publish(drafts: ReadonlyMap<string, Draft>): Promise<Release> {
    const release = publishDrafts(drafts, this.releases.at(-1));
    this.releases.push(release);
    return Promise.resolve(release);
  }

  /** Lines by id of a version, of some domains or all. */
  linesOf(version: number, domains: ReadonlySet<string> | null = null): Map<string, string> {
    const lines = [...this.release(version).lines].filter(([, line]) => domains?.has(domainOf(line)) ?? true);
    return new Map(lines.sort(([a], [b]) => a < b ? -1 : 1));
  }

  release(version: number): Release {
    const release = this.releases[version - 1];
    if (!release) throw new Problem("release_unknown");
    return release;
  }

  /** Bytes of answers to requests of a path. */
  bytesOf(path: string): number {
    return this.asked.filter((asked) => asked.path === path).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #bundled(): Release | undefined {
    return this.isBundled ? this.releases.findLast(({ version }) => version <= this.bundledUntil) : undefined;
  }

  #head(): object {
    const release = this.releases.at(-1);
    const bundled = this.#bundled();
    return {
      history: this.history,
      // A sync's answer is never refused: it has the head of the schema that is served.
      schema: this.isRefused ? CONTENT_SCHEMA + 1 : CONTENT_SCHEMA,
      version: release?.version ?? 0,
      published_at: release ? "2026-11-22T10:00:00Z" : null,
      root: release?.tree.root ?? null,
      domains: 0,
      skills: 0,
      questions: 0,
      minimum_version: this.minimumVersion,
      horizon: this.horizon,
      poll_after_s: 120,
      schema_ends_at: this.schemaEndsAt,
      bundled: bundled && bundled.version >= this.horizon
        ? { version: bundled.version, root: bundled.tree.root }
        : null,
    };
  }

  async #bundles({ lines, version }: Release): Promise<Bundle[]> {
    const bundles: Bundle[] = [];
    for (const [id, rows] of Map.groupBy(lines.values(), domainOf)) {
      const bytes = await gzip(this.#page(0, version, rows, 0, Infinity));
      const url = `/files/${version}/${id}.ndjson.gz`;
      this.files.set(url, bytes);
      bundles.push({
        domain_id: id,
        url,
        bytes: bytes.byteLength,
        sha256: sha256(bytes),
        rows: rows.length,
      });
    }
    return bundles;
  }

  async #manifest(version: number): Promise<Manifest> {
    const { lines, tree } = this.release(version);
    const rows = [...lines.values()].map(treeRow);
    const count = (test: (row: { domain: string; id: string; parent: string | null }) => boolean) =>
      rows.filter((row) => test({ ...row, domain: domainOf(row.line) })).length;
    const domains = [...tree.domains].sort().map(([id, hash]) => ({
      id,
      hash,
      rows: count(({ domain }) => domain === id),
      skills: rows.filter(({ kind, parent }) => kind === "skill" && parent === id).map((skill) => ({
        id: skill.id,
        hash: tree.skills.get(skill.id) ?? "",
        rows: count(({ id, parent }) => id === skill.id || parent === skill.id),
      })),
    }));
    const hasBundles = version <= (this.#bundled()?.version ?? 0);
    const bundles = hasBundles ? await this.#bundles(this.release(version)) : [];
    const { root } = tree;
    return {
      history: this.history,
      schema: CONTENT_SCHEMA,
      version,
      root,
      rows: rows.length,
      domains,
      bundles,
    };
  }

  #page(since: number, until: number, changes: string[], from: number, limit: number, node?: string): string {
    const rows = changes.slice(from, from + limit);
    const next = from + limit < changes.length ? String(from + limit) : null;
    const page = { kind: "page", history: this.history, schema: CONTENT_SCHEMA, since, until, node };
    return [page, ...rows, { kind: "end", rows: rows.length, next }]
      .map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  }

  #delta(query: URLSearchParams): string {
    const asked = Number(query.get("since"));
    const until = Number(query.get("until") ?? this.releases.length);
    if (asked > 0 && query.get("history") !== this.history) throw new Problem("history_changed");
    if (asked > until || until > this.releases.length) throw new Problem("cursor_ahead");
    if ((asked > 0 && asked < this.horizon) || until < this.horizon) throw new Problem("cursor_too_old");
    const since = this.prefersSnapshots ? 0 : asked;
    const domains = query.get("domains")?.split(",");
    const filter = domains ? new Set(domains) : null;
    const after = this.linesOf(until, filter);
    const before = since === 0 ? new Map<string, string>() : this.linesOf(since, filter);
    const tombstones = [...before.keys()].filter((key) => !after.has(key)).map((key) => {
      const [of, id] = key.split("/");
      return JSON.stringify({ kind: "tombstone", of, id, version: until });
    });
    const upserts = [...after].filter(([key, line]) => before.get(key) !== line).map(([key, line]) => {
      const { kind, id, version } = JSON.parse(line);
      const isSame = query.get("same") === "true" && withVersion(before.get(key) ?? "", version) === line;
      return isSame ? JSON.stringify({ kind: "same", of: kind, id, version }) : line;
    });
    const limit = Number(query.get("limit") ?? 1000);
    return this.#page(since, until, [...upserts, ...tombstones], Number(query.get("after") ?? 0), limit);
  }

  #node(query: URLSearchParams): string {
    const version = Number(query.get("version"));
    const id = query.get("id");
    const rows = [...this.release(version).lines.values()].filter((line) => {
      const row = JSON.parse(line);
      return row.id === id || row.skill_id === id;
    });
    if (rows.length === 0) throw new Problem("not_found");
    return this.#page(0, version, rows, 0, Infinity, id ?? "");
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
    return { batch, head: this.#head(), steering, pull: pull ? changes : null };
  }

  async #content(path: string, request: Request, query: URLSearchParams): Promise<string> {
    if (this.isRefused) throw new Problem("upgrade_required", "This schema is retired.", "2");
    if (path === "/head") return JSON.stringify(this.#head());
    if (path === "/manifest") return JSON.stringify(await this.#manifest(Number(query.get("version"))));
    if (path === "/domains") {
      const { domains, ...manifest } = await this.#manifest(Number(query.get("version")));
      return JSON.stringify({ ...manifest, domains: domains.map(({ skills: _, ...node }) => node) });
    }
    if (path === "/delta") return this.#delta(query);
    if (path === "/node") return this.#node(query);
    if (path !== "/report") throw new Problem("not_found");
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
      else if (!file) throw new Problem("not_found");
      const body = file ?? new TextEncoder().encode(text);
      const asked = { path: path ?? (file ? "/bundle" : "/sync"), url, bytes: body.byteLength };
      this.asked.push(asked);
      const answer = this.tamper(asked, body);
      if (answer instanceof Response) return answer;
      return path === "/report" ? new Response(null, { status: 204 }) : new Response(answer);
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error, "fake");
      throw error;
    }
  };
}
