// A Node that has node:sqlite, for the reference device: the one that runs npm, or one that npm installs beside it.
import { exists, root } from "../project.ts";
import { node, run } from "../process.ts";

const VERSION = "22.23.3";
// Not a dependency of the project: its bin link would replace the Node that npm runs on.
const FOLDER = ".carrel/node-22";

/** Path of the program. Throws where it can't be installed. */
export async function node22(): Promise<string> {
  const { stdout } = await node(["--version"]);
  if (Number(/^v(\d+)/.exec(stdout)?.[1]) >= 22) return "node";
  const name = `node-${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  const program = `${FOLDER}/node_modules/${name}/bin/node`;
  if (!await exists(program)) {
    const args = [
      "install",
      "--prefix",
      `${root}/${FOLDER}`,
      "--no-save",
      "--prefer-offline",
      `${name}@${VERSION}`,
    ];
    const { code, stderr } = await run("npm", args);
    if (code !== 0) throw new Error(`npm could not install ${name}@${VERSION}:\n${stderr}`);
  }
  return `${root}/${program}`;
}
