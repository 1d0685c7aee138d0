import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import { carrel } from "../../web/vite.ts";

/** Writes the names of all built files into the service worker. */
function keepFiles(): Plugin {
  return {
    name: "keep-files",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = JSON.stringify(["./", ...Object.keys(bundle).map((file) => `./${file}`)]);
        const version = createHash("sha256").update(files).digest("hex").slice(0, 8);
        const source = readFileSync(new URL("service_worker.js", import.meta.url), "utf8")
          .replace("FILES = []", `FILES = ${files}`)
          .replace('"development"', `"${version}"`);
        this.emitFile({ type: "asset", fileName: "service_worker.js", source });
      },
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [carrel(), keepFiles()],
});
