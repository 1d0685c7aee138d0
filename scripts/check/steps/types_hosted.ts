// Type check of the Edge Functions with the Deno that hosted Supabase runs (2.1.4), and with nothing but what
// a deployment takes along: the function's own deno.json is the import map of all that it imports.
import { z } from "zod";
import { deno, run } from "../process.ts";
import { exists, readProjectFile, root } from "../project.ts";
import type { Failure, Step } from "../step.ts";
import { readTypeErrors } from "../type_errors.ts";

const BINARY = "node_modules/deno-hosted/deno";
const FUNCTIONS = "supabase/functions";
/** What functions may import from. */
const SOURCES = [FUNCTIONS, "client-contract"];

const FunctionConfig = z.looseObject({ imports: z.record(z.string(), z.string()).default({}) });
const PackageFile = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
const ModuleGraph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({ specifier: z.string() })).default([]),
  })),
});

const indexOf = (name: string) => `${FUNCTIONS}/${name}/index.ts`;

async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${FUNCTIONS}`)) {
    if (entry.isDirectory && !entry.name.startsWith("_")) names.push(entry.name);
  }
  return names.sort();
}

/** Packages whose version in a function is not the one that package.json installs and the tests run with. */
export function findOtherVersions(
  imports: Record<string, string>,
  installed: Record<string, string>,
): string[] {
  return Object.values(imports).flatMap((target) => {
    const match = /^npm:(@?[^@]+)@([^/]+)/.exec(target);
    const version = installed[match?.[1] ?? ""];
    return match && version !== match[2] ? [`${target} (package.json has ${version ?? "none"})`] : [];
  });
}

/** Imports without a scheme or a path that the import map does not cover. */
export function findUnmapped(specifiers: string[], imports: Record<string, string>): string[] {
  const mapped = (specifier: string) =>
    Object.keys(imports).some((key) => key === specifier || (key.endsWith("/") && specifier.startsWith(key)));
  return specifiers.filter((specifier) => !/^(?:\.|\/|[a-z]+:)/.test(specifier) && !mapped(specifier));
}

/** A folder with the functions, what they may import, and the installed packages, but without the root's deno.json. */
async function makeCopy(names: string[]): Promise<AsyncDisposable & { folder: string }> {
  const folder = await Deno.makeTempDir({ prefix: "carrel-hosted-" });
  await Deno.mkdir(`${folder}/supabase`);
  for (const source of SOURCES) {
    const { code, stderr } = await run("cp", ["-R", `${root}/${source}`, `${folder}/${source}`]);
    if (code !== 0) throw new Error(stderr);
  }
  await Deno.copyFile(`${root}/package.json`, `${folder}/package.json`);
  await Deno.symlink(`${root}/node_modules`, `${folder}/node_modules`);
  for (const name of names) {
    const path = `${FUNCTIONS}/${name}/deno.json`;
    const config = FunctionConfig.parse(JSON.parse(await readProjectFile(path)));
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      // Without deno.unstable: its types name what hosted's isolates don't have, such as Temporal.
      lib: ["deno.window"],
    };
    const hosted = { ...config, nodeModulesDir: "manual", lock: false, compilerOptions };
    await Deno.writeTextFile(`${folder}/${path}`, JSON.stringify(hosted));
    // This Deno looks for the types of node: modules only here, by the folder names of its own installs.
    const types = `${folder}/${FUNCTIONS}/${name}/node_modules/.deno/@types+node@0.0.0/node_modules/@types`;
    await Deno.mkdir(types, { recursive: true });
    await Deno.symlink(`${root}/node_modules/@types/node`, `${types}/node`);
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

async function checkImports(name: string): Promise<Failure[]> {
  const path = `${FUNCTIONS}/${name}`;
  const { imports } = FunctionConfig.parse(JSON.parse(await readProjectFile(`${path}/deno.json`)));
  const { dependencies, devDependencies } = PackageFile.parse(
    JSON.parse(await readProjectFile("package.json")),
  );
  const { stdout } = await deno(["info", "--json", indexOf(name)]);
  const graph = ModuleGraph.parse(JSON.parse(stdout));
  const specifiers = graph.modules
    .filter((module) =>
      module.specifier.startsWith(`file://${root}/`) && !module.specifier.includes("/node_modules/")
    )
    .flatMap((module) => module.dependencies.map((dependency) => dependency.specifier));
  const unmapped = findUnmapped([...new Set(specifiers)], imports);
  const other = findOtherVersions(imports, { ...dependencies, ...devDependencies });
  return [
    ...unmapped.map((specifier) => `imports ${specifier}, which its deno.json does not map`),
    ...other.map((target) => `maps ${target}`),
  ].map((message) => ({ at: `${path}/deno.json`, message }));
}

/** What is wrong with the files of some functions, whatever their types. */
async function checkFiles(names: string[]): Promise<Failure[]> {
  const found = await Promise.all(
    names.map(async (name) =>
      await exists(indexOf(name))
        ? await checkImports(name)
        : [{ at: indexOf(name), message: "does not exist" }]
    ),
  );
  return found.flat();
}

/** Functions whose import maps are equal; the first one's map is that of all. */
async function sameMaps(names: string[]): Promise<string[][]> {
  const texts = await Promise.all(names.map((name) => readProjectFile(`${FUNCTIONS}/${name}/deno.json`)));
  return [...Map.groupBy(names, (_, index) => texts[index]).values()];
}

/** One run for functions of one map, since most of their modules are the same. */
async function checkTypes(folder: string, names: string[]): Promise<Failure[]> {
  const indexes = names.map(indexOf);
  const args = ["check", "--quiet", "--config", `${FUNCTIONS}/${names[0]}/deno.json`, ...indexes];
  const { code, stdout, stderr } = await run(`${root}/${BINARY}`, args, { cwd: folder });
  if (code === 0) return [];
  return readTypeErrors((stderr + stdout).replaceAll(folder, root), indexes.join(", "));
}

export const typesHosted: Step = {
  name: "types-hosted",
  about: "Edge Functions type-check with hosted's Deno 2.1.4, from their own import maps",
  async run(progress) {
    if (!await exists(BINARY)) {
      const skipped = "hosted's Deno is installed on linux-x64 only";
      return { passed: 0, failures: [], skipped };
    }
    const names = await functionNames();
    await using copy = await makeCopy(names);
    const failures: Failure[] = [];
    let passed = 0;
    for (const group of await sameMaps(names)) {
      progress(group.join(", "));
      const found = await checkFiles(group);
      if (found.length === 0) found.push(...await checkTypes(copy.folder, group));
      failures.push(...found);
      if (found.length === 0) passed += group.length;
    }
    return { passed, failures };
  },
};
