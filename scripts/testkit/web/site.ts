// Builds pages for tests in a browser, as an app's own build does, and serves them.
import { build, type InlineConfig } from "vite";
import { listen, type Listening } from "../../../client-contract/conformance/server/http.ts";
import type { RawRequest, Reply } from "../../../client-contract/conformance/server/reply.ts";

/** A built site: its files by their paths, such as `/index.html`. */
export type Site = ReadonlyMap<string, Uint8Array>;

/** Builds the folder's `index.html`. */
export async function buildSite(folder: string, config: InlineConfig = {}): Promise<Site> {
  const outDir = await Deno.makeTempDir({ prefix: "carrel-site-" });
  try {
    await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      base: "./",
      worker: { format: "es" },
      ...config,
      build: { outDir, emptyOutDir: true, target: "es2022", minify: false, ...config.build },
    });
    const files = new Map<string, Uint8Array>();
    await readFolder(outDir, "", files);
    return files;
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
}

async function readFolder(folder: string, path: string, files: Map<string, Uint8Array>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await readFolder(`${folder}/${name}`, `${path}/${name}`, files);
    else files.set(`${path}/${name}`, await Deno.readFile(`${folder}/${name}`));
  }
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html",
  js: "text/javascript",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
};

/** Serves a site's files, and lets others answer the rest. */
export function serveSite(
  site: Site,
  rest: (request: RawRequest) => Promise<Reply>,
): Promise<Listening> {
  return listen((request) => {
    const { pathname } = new URL(request.url, "http://site.test");
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const body = request.method === "GET" ? site.get(path) : undefined;
    if (!body) return rest(request);
    const type = TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    return Promise.resolve({ status: 200, headers: { "content-type": type }, body, delivery: "whole" });
  });
}
