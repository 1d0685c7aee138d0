// client-contract as an app sees it: built, packed, installed into an empty project, type-checked, bundled, and run against
// a local Supabase.
import { z } from "zod";
import { throwAwayStack } from "../../start/project.ts";
import { makeConsumer } from "../package/consumer.ts";
import { node22 } from "../package/node_22.ts";
import { type Finished, lastLines, node, run } from "../process.ts";
import { readProjectFile, root } from "../project.ts";
import type { Failure, Step } from "../step.ts";

const PACKAGE = "client-contract";
const BIN = `${root}/node_modules`;

/** Most bytes; the README's table has what it is today. */
const BUDGET = { packed: 235_000, all: 100_000, own: 32_000, device: 48_000, web: 60_000 };

const Packed = z.tuple([z.object({ filename: z.string(), size: z.number() })]);
const Bundled = z.object({ bundles: z.record(z.string(), z.number()), warnings: z.array(z.string()) });

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

/** Whether the package depends on what the project installs and tests, and what differs. */
async function otherVersions(): Promise<[boolean, string]> {
  const read = async (path: string) => Manifest.parse(JSON.parse(await readProjectFile(path)));
  const { dependencies } = await read(`${PACKAGE}/package.json`);
  const { devDependencies } = await read("package.json");
  const others = Object.entries(dependencies).filter(([name, version]) => devDependencies[name] !== version);
  return [others.length === 0, others.map((pair) => pair.join(" ")).join("\n")];
}

/** What the quickstart prints. */
const SYNCED = /^\d+ rows of version \d+\napplied, applied\n[a-z_, ]*attempt[a-z_, ]*\n$/;
const DEVICE_SYNCED = /^the answer was (right|wrong); 3 events delivered\nthe cache is what was published\n$/;

export const packageStep: Step = {
  name: "package",
  about:
    "client-contract installs into a strict project, type-checks, bundles and syncs (Node 20, Node 22, Vite)",
  async run(progress) {
    const failures: Failure[] = [];
    let passed = 0;
    const check = (message: string, holds: boolean, detail: string) => {
      if (holds) passed++;
      else failures.push({ at: PACKAGE, message, detail });
    };
    const ended = (message: string, { code, stdout, stderr }: Finished) =>
      check(message, code === 0, lastLines(stdout + stderr));
    const printed = (message: string, expected: RegExp, { stdout, stderr }: Finished) =>
      check(message, expected.test(stdout), lastLines(stdout + stderr));

    progress("build");
    await using stack = await throwAwayStack({ migrated: true });
    await using consumer = await makeConsumer((text) =>
      text.replaceAll("http://127.0.0.1:54321", stack.apiUrl)
        .replaceAll("sb_publishable_...", stack.publishableKey)
    );
    const { folder } = consumer;
    // Builds it first: `prepack` of its package.json.
    const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: `${root}/${PACKAGE}`,
    });
    ended("does not build", packed);
    if (packed.code !== 0) return { passed, failures };
    const [{ filename, size }] = Packed.parse(JSON.parse(packed.stdout));
    const tarball = `${folder}/${filename}`;
    check("depends on other versions than the project tests", ...await otherVersions());

    progress("install");
    ended("does not install", await consumer.install(tarball));
    const publint = await node([`${BIN}/publint/src/cli.js`, "run", "--strict", tarball]);
    ended("publint finds fault with it", publint);
    const attw = [`${BIN}/@arethetypeswrong/cli/dist/index.js`, "--profile", "esm-only", tarball];
    ended("are-the-types-wrong finds fault with it", await node(attw));
    for (const compiled of await consumer.compile()) ended("does not type-check", compiled);

    progress("sync");
    const newer = await node22();
    const cwd = { cwd: folder };
    printed("does not sync on the Node of npm", SYNCED, await node(["out/sync.js"], cwd));
    printed("does not sync on Node 22", SYNCED, await run(newer, ["sync.ts"], cwd));
    printed("the device does not sync on Node 22", DEVICE_SYNCED, await run(newer, ["device.ts"], cwd));

    progress("bundle");
    const plugin = "+@carrel/client-contract/web/vite";
    const entries = [
      "sync=sync.ts",
      "all=all.ts",
      "own=all.ts,zod",
      "device=all_device.ts,zod",
      `page=web_page.ts,${plugin}`,
      `worker=web_worker.ts,${plugin}`,
    ];
    const built = await node([`${root}/scripts/check/package/bundle.mjs`, folder, ...entries]);
    ended("Vite does not bundle it", built);
    if (built.code !== 0) return { passed, failures };
    const { bundles, warnings } = Bundled.parse(JSON.parse(built.stdout));
    check("Vite finds modules of Node in it", warnings.length === 0, warnings.join("\n"));
    printed("the bundle does not sync", SYNCED, await node(["sync.bundle.js"], cwd));
    const { page = Infinity, worker = Infinity } = bundles;
    const sizes: Record<string, number> = { ...bundles, packed: size, web: page + worker };
    for (const [name, most] of Object.entries(BUDGET)) {
      const bytes = sizes[name] ?? Infinity;
      check(`${name} is larger than its budget`, bytes <= most, `${bytes} bytes; at most ${most}`);
    }
    progress(JSON.stringify(sizes));
    return { passed, failures };
  },
};
