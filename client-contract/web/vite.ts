// A Vite plugin for apps: makes the worker small, and leaves SQLite's files where they are.
import { fileURLToPath } from "node:url";

/** As Vite names files: with slashes on every system. */
const pathOf = (url: URL) => fileURLToPath(url).replaceAll("\\", "/");

const PACKAGE = pathOf(new URL("..", import.meta.url));
/** In the package the sources are compiled. */
const VALIDATOR = pathOf(new URL(import.meta.url.endsWith(".ts") ? "zod.ts" : "zod.js", import.meta.url));

/** A plugin of Vite, as far as this one is one. */
export interface CarrelPlugin {
  name: string;
  enforce: "pre";
  config(): { worker: { format: "es"; plugins: () => CarrelPlugin[] }; optimizeDeps: { exclude: string[] } };
  resolveId(source: string, importer: string | undefined): string | undefined;
}

/** Puts it into `plugins` of vite.config.ts. Where other code of the app imports zod, it gets zod. */
export function carrel(): CarrelPlugin {
  return {
    name: "carrel",
    enforce: "pre",
    config: () => ({
      worker: { format: "es", plugins: () => [carrel()] },
      optimizeDeps: { exclude: ["@sqlite.org/sqlite-wasm"] },
    }),
    resolveId: (source, importer) =>
      source === "zod" && importer?.replaceAll("\\", "/").startsWith(PACKAGE) ? VALIDATOR : undefined,
  };
}
