// Builds a consumer's entries with Vite as for a browser, and prints what came of it as JSON. Arguments: the consumer's folder,
// then `name=file` for each entry, with `name=file,external` where a package stays outside, and `name=file,+plugin` for a
// plugin of the consumer's packages.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, createLogger } from "vite";

const [root, ...entries] = process.argv.slice(2);
const warnings = [];
const logger = createLogger("warn");
// Others are about comments in zod.
logger.warn = (message) => message.includes("externalized for browser") && warnings.push(message);

/** A plugin of a package that the consumer has installed. */
async function pluginOf(name) {
  const file = createRequire(join(root, "package.json")).resolve(name);
  return (await import(pathToFileURL(file))).carrel();
}

const bundles = {};
for (const entry of entries) {
  const [name, target] = entry.split("=");
  const [file, option = ""] = target.split(",");
  const plugin = option.startsWith("+") ? option.slice(1) : undefined;
  const { output } = await build({
    root,
    configFile: false,
    customLogger: logger,
    plugins: plugin ? [await pluginOf(plugin)] : [],
    build: {
      write: false,
      target: "es2022",
      rollupOptions: {
        input: join(root, file),
        external: option && !plugin ? [option] : [],
        preserveEntrySignatures: "strict",
      },
    },
  });
  const code = output.map((chunk) => chunk.code ?? "").join("");
  writeFileSync(join(root, `${name}.bundle.js`), code);
  bundles[name] = gzipSync(code, { level: 9 }).byteLength;
}
console.log(JSON.stringify({ bundles, warnings }));
