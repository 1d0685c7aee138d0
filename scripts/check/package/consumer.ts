// An app that installs the package: an empty strict TypeScript project whose files are the quickstarts of the README.
import { readProjectFile, root } from "../project.ts";
import { type Finished, node, run } from "../process.ts";

const README = "client-contract/README.md";

/** Everything that a careful app switches on; nothing of Node. */
const STRICT = {
  target: "es2022",
  lib: ["es2022", "esnext.disposable", "dom"],
  types: [],
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
};

const ENTRIES = [
  "",
  "/client",
  "/contract",
  "/device",
  "/device/node-sqlite",
  "/device/node-media",
  "/web",
  "/web/vite",
  "/web/worker",
];

/** The code blocks of a page that name a file, by that name. */
function namedBlocks(page: string): Record<string, string> {
  const blocks = page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, name = "", code = ""]) => [name, code]));
}

/** A consumer in a folder of its own; disposing of it removes the folder. */
export interface Consumer extends AsyncDisposable {
  readonly folder: string;
  /** Installs the tarball, with the packages that it depends on as they are installed here. */
  install(tarball: string): Promise<Finished>;
  /** Type-checks every entry with its declarations, then compiles the quickstarts. */
  compile(): Promise<Finished[]>;
}

/** Makes the project. `place` replaces what a reader fills in: the URL and the key. */
export async function makeConsumer(place: (code: string) => string): Promise<Consumer> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "carrel-consumer-" }));
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "consumer", private: true, type: "module" }),
    "entries.ts": ENTRIES.map((entry) => `import "@carrel/client-contract${entry}";\n`).join(""),
    "all.ts": 'export * from "@carrel/client-contract";\n',
    "all_device.ts": 'export * from "@carrel/client-contract/device";\n',
    "web_page.ts": 'export * from "@carrel/client-contract/web";\n' +
      'export { listenForHints } from "@carrel/client-contract/device";\n',
    "web_worker.ts": 'export * from "@carrel/client-contract/web/worker";\n',
    "strict.json": JSON.stringify({
      compilerOptions: { ...STRICT, noEmit: true, skipLibCheck: false },
      files: ["entries.ts", "all.ts", "all_device.ts"],
    }),
    // ulid's declarations name a module of Node, so that its users skip the check of declarations.
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...STRICT, outDir: "out", skipLibCheck: true },
      files: ["sync.ts", "device.ts"],
    }),
    ...namedBlocks(place(await readProjectFile(README))),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const tsc = (project: string) =>
    node([`${root}/node_modules/typescript/bin/tsc`, "--project", project], { cwd: folder });
  return {
    folder,
    install(tarball) {
      const packages = ["zod", "ulid"].map((name) => `${root}/node_modules/${name}`);
      const quiet = ["--install-links", "--ignore-scripts", "--prefer-offline"];
      return run("npm", ["install", ...quiet, tarball, ...packages], { cwd: folder });
    },
    compile: () => Promise.all([tsc("strict.json"), tsc("tsconfig.json")]),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
