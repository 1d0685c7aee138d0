// The content half of the protocol, in memory: releases that cases make up, and answers that no real server would give.
import { type Head, withVersion } from "../../contract/content.ts";
import { treeRow } from "../../contract/hash_tree.ts";
import { CONTENT_SCHEMA } from "../../contract/limits.ts";
import type { Bundle, ContentReport, Manifest } from "../../contract/manifest.ts";
import { sha256 } from "../../contract/sha256.ts";
import { type Draft, publishDrafts, type Release } from "./curriculum.ts";
import { Refusal } from "./refusal.ts";

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const domainOf = (line: string): string => {
  const row = JSON.parse(line);
  return row.kind === "domain" ? row.id : row.domain_id;
};

/** The service. Its fields may be changed at any time. */
export class ContentService {
  history = "0a93ab2dc16574ce";
  releases: Release[] = [];
  minimumVersion = 0;
  horizon = 0;
  schemaEndsAt: string | null = null;
  pollAfterS = 120;
  /** The client's schema is retired. */
  isRefused = false;
  isBundled = false;
  /** The newest release with bundles, where that is not the newest of all. */
  bundledUntil = Infinity;
  /** Deltas are answered by the snapshot. */
  prefersSnapshots = false;
  /** The most rows of a page. */
  pageRows = Infinity;
  readonly reports: ContentReport[] = [];
  /** Bundles by path. */
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

  /** A version. Throws Refusal `release_unknown`. */
  release(version: number): Release {
    const release = this.releases[version - 1];
    if (!release) throw new Refusal("release_unknown", { info: String(version) });
    return release;
  }

  #bundled(): Release | undefined {
    return this.isBundled ? this.releases.findLast(({ version }) => version <= this.bundledUntil) : undefined;
  }

  /** The head as the protocol has it. */
  head(): Head {
    const release = this.releases.at(-1);
    const bundled = this.#bundled();
    const count = (kind: string) =>
      [...release?.lines.keys() ?? []].filter((key) => key.startsWith(`${kind}/`)).length;
    return {
      history: this.history,
      // A sync's answer is never refused: it has the head of the schema that is served.
      schema: this.isRefused ? CONTENT_SCHEMA + 1 : CONTENT_SCHEMA,
      version: release?.version ?? 0,
      published_at: release ? "2026-11-22T10:00:00Z" : null,
      root: release?.tree.root ?? null,
      domains: count("domain"),
      skills: count("skill"),
      questions: count("question"),
      minimum_version: this.minimumVersion,
      horizon: this.horizon,
      poll_after_s: this.pollAfterS,
      schema_ends_at: this.schemaEndsAt,
      bundled: bundled && bundled.version >= this.horizon
        ? { version: bundled.version, root: bundled.tree.root }
        : null,
    };
  }

  async #bundles({ lines, version }: Release): Promise<Bundle[]> {
    const bundles: Bundle[] = [];
    for (const [id, rows] of Map.groupBy(lines.values(), domainOf)) {
      const bytes = await gzip(this.#page(0, version, rows, { from: 0, limit: Infinity }));
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

  #page(
    since: number,
    until: number,
    changes: string[],
    { from, limit, node }: { from: number; limit: number; node?: string },
  ): string {
    const rows = changes.slice(from, from + limit);
    const next = from + limit < changes.length ? String(from + limit) : null;
    const page = { kind: "page", history: this.history, schema: CONTENT_SCHEMA, since, until, node };
    return [page, ...rows, { kind: "end", rows: rows.length, next }]
      .map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  }

  #delta(query: URLSearchParams): string {
    const asked = Number(query.get("since"));
    const until = Number(query.get("until") ?? this.releases.length);
    if (asked > 0 && query.get("history") !== this.history) throw new Refusal("history_changed");
    if (asked > until || until > this.releases.length) throw new Refusal("cursor_ahead");
    if ((asked > 0 && asked < this.horizon) || until < this.horizon) throw new Refusal("cursor_too_old");
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
    const limit = Math.min(Number(query.get("limit") ?? 1000), this.pageRows);
    return this.#page(since, until, [...upserts, ...tombstones], {
      from: Number(query.get("after") ?? 0),
      limit,
    });
  }

  #node(query: URLSearchParams): string {
    const version = Number(query.get("version"));
    const id = query.get("id");
    const rows = [...this.release(version).lines.values()].filter((line) => {
      const row = JSON.parse(line);
      return row.id === id || row.skill_id === id;
    });
    if (rows.length === 0) throw new Refusal("not_found");
    return this.#page(0, version, rows, { from: 0, limit: Infinity, node: id ?? "" });
  }

  /** The body for a path such as `/delta`. Throws Refusal. */
  async answer(path: string, query: URLSearchParams): Promise<string> {
    if (this.isRefused) {
      throw new Refusal("upgrade_required", { detail: "This schema is retired.", info: "2" });
    }
    if (path === "/head") return JSON.stringify(this.head());
    if (path === "/manifest") return JSON.stringify(await this.#manifest(Number(query.get("version"))));
    if (path === "/domains") {
      const { domains, ...manifest } = await this.#manifest(Number(query.get("version")));
      return JSON.stringify({ ...manifest, domains: domains.map(({ skills: _, ...node }) => node) });
    }
    if (path === "/delta") return this.#delta(query);
    if (path === "/node") return this.#node(query);
    throw new Refusal("not_found");
  }
}
