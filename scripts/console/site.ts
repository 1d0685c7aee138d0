// The files of a console for one project: the build, config.json beside it, and the project's content policy in the page.
import { join } from "node:path";

/** Which project a console is for. */
export interface ConsoleProject {
  /** The project's URL, without a slash at its end. */
  url: string;
  /** The publishable key. */
  key: string;
}

/** A file as it is served. */
export interface SiteFile {
  body: Uint8Array<ArrayBuffer>;
  type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
};

/**
 * What the page may load: its own files, and answers of the project. `<meta>` can't say `frame-ancestors`, so hosts send this as a
 * header, too.
 */
export function contentPolicy({ url }: ConsoleProject): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(url).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The headers of every answer of a host. */
export function siteHeaders(project: ConsoleProject): Record<string, string> {
  return {
    "content-security-policy": `${contentPolicy(project)}; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
  };
}

const POLICY = /(http-equiv="Content-Security-Policy" content=")[^"]*"/;
const attribute = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

async function walk(folder: string, inside = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, inside))) {
    const path = inside ? `${inside}/${name}` : name;
    if (isDirectory) paths.push(...await walk(folder, path));
    else paths.push(path);
  }
  return paths.sort();
}

/** The files by path, from a folder that `buildConsole` has made. */
export async function readSite(folder: string, project: ConsoleProject): Promise<Map<string, SiteFile>> {
  const files = new Map<string, SiteFile>();
  const encode = (text: string) => new TextEncoder().encode(text);
  for (const path of await walk(folder)) {
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    files.set(path, { body: await Deno.readFile(join(folder, path)), type });
  }
  const page = new TextDecoder().decode(files.get("index.html")?.body);
  if (!POLICY.test(page)) throw new Error("The page has no place for its content policy.");
  const policy = attribute(contentPolicy(project));
  files.set("index.html", {
    body: encode(page.replace(POLICY, (_, start) => `${start}${policy}"`)),
    type: "text/html; charset=utf-8",
  });
  const { url, key } = project;
  files.set("config.json", {
    body: encode(`${JSON.stringify({ url, key }, null, 2)}\n`),
    type: "application/json",
  });
  return files;
}

/** Writes the files into a folder for a static host. */
export async function writeSite(files: ReadonlyMap<string, SiteFile>, folder: string): Promise<void> {
  for (const [path, { body }] of files) {
    const target = join(folder, path);
    await Deno.mkdir(join(target, ".."), { recursive: true });
    await Deno.writeFile(target, body);
  }
}
