// Builds pages for tests in a browser, as an app's own build does.
import { build, type InlineConfig } from "vite";

/** A built site: its files by their paths, such as `/index.html`. */
export type Site = ReadonlyMap<string, Uint8Array>;

/** The package's entries in the sources, as an app imports them. */
const alias = [
  ["/web/worker", "web/worker.ts"],
  ["/web", "web/mod.ts"],
  ["/device", "device/mod.ts"],
  ["", "mod.ts"],
].map(([entry, file]) => ({
  find: `@carrel/client-contract${entry}`,
  replacement: new URL(`../../../client-contract/${file}`, import.meta.url).pathname,
}));

/** Builds the folder's `index.html`, with the sources in the package's place. */
export async function buildSite(folder: string, config: InlineConfig = {}): Promise<Site> {
  const outDir = await Deno.makeTempDir({ prefix: "carrel-site-" });
  try {
    await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      base: "./",
      worker: { format: "es" },
      resolve: { alias },
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
