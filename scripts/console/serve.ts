// Serves the console on the loopback address, as a static host does.
import { explainListen } from "../local/postgres/port.ts";
import { type ConsoleProject, readSite, type SiteFile, siteHeaders } from "./site.ts";

/** A console that is served; disposing of it stops the server. */
export interface ServedConsole extends AsyncDisposable {
  /** With a slash at the end. */
  readonly url: string;
}

/** Answers a request with one of the files. */
function answer(
  request: Request,
  files: ReadonlyMap<string, SiteFile>,
  headers: Record<string, string>,
): Response {
  const path = new URL(request.url).pathname.slice(1) || "index.html";
  const file = files.get(path);
  if (!file) return new Response("There is no such file.\n", { status: 404, headers });
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Only GET and HEAD.\n", { status: 405, headers: { ...headers, allow: "GET, HEAD" } });
  }
  // The names of assets have a hash of their content.
  const caching = path.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  const all = { ...headers, "content-type": file.type, "cache-control": caching };
  return new Response(request.method === "HEAD" ? null : file.body, { headers: all });
}

/**
 * Serves the folder that `build` makes; port 0 takes a free one. It listens at once, and requests wait for the build: so a start of the
 * whole stack does not take longer. Throws `PortTaken`.
 */
export function serveConsole(build: () => Promise<string>, project: ConsoleProject, port = 0): ServedConsole {
  const headers = siteHeaders(project);
  let files: ReturnType<typeof readSite> | undefined;
  // A build that failed is tried again at the next request.
  const read = () =>
    files ??= build().then((folder) => readSite(folder, project)).catch((error) => {
      files = undefined;
      throw error;
    });
  try {
    const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
      try {
        return answer(request, await read(), headers);
      } catch (error) {
        return new Response(`${error instanceof Error ? error.message : error}\n`, { status: 500, headers });
      }
    });
    read().catch(() => {});
    return {
      url: `http://127.0.0.1:${server.addr.port}/`,
      [Symbol.asyncDispose]: () => server.shutdown(),
    };
  } catch (error) {
    throw explainListen(error, port);
  }
}
