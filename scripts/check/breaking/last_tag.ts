// The contract as the last tag of this repository had it.
import { run } from "../process.ts";
import type { Contract } from "./compare.ts";
import { isNode, type Node } from "./compare_schema.ts";

const SCHEMAS = "client-contract/schema";
const OPENAPI = "client-contract/openapi/carrel.json";

function parsed(text: string): Node {
  const value: unknown = JSON.parse(text);
  if (!isNode(value)) throw new Error("not a JSON object");
  return value;
}

/** The contract of which `read` reads a file; undefined where a file is missing. */
export async function readContract(
  read: (path: string) => Promise<string | undefined>,
): Promise<Contract | undefined> {
  const paths = [OPENAPI, ...["contract", "errors", "limits"].map((name) => `${SCHEMAS}/${name}.json`)];
  const texts = await Promise.all(paths.map(read));
  const [openApi, schemas, errors, limits] = texts.flatMap((text) =>
    text === undefined ? [] : [parsed(text)]
  );
  return openApi && schemas && errors && limits ? { openApi, schemas, errors, limits } : undefined;
}

/** The newest tag that the checkout comes from, or why there is none. */
export async function lastTag(folder: string): Promise<{ tag: string } | { none: string }> {
  const inside = await run("git", ["rev-parse", "--git-dir"], { cwd: folder });
  if (inside.code !== 0) return { none: "this is no git checkout, so there is no tag to compare with" };
  const { code, stdout } = await run("git", ["describe", "--tags", "--abbrev=0"], { cwd: folder });
  return code === 0
    ? { tag: stdout.trim() }
    : { none: "no tag to compare with yet, or the checkout has none" };
}

/** A file as a tag had it; undefined where the tag has none. */
export async function readAtTag(folder: string, tag: string, path: string): Promise<string | undefined> {
  const { code, stdout } = await run("git", ["show", `${tag}:${path}`], { cwd: folder });
  return code === 0 ? stdout : undefined;
}

/** Whether the version says that apps must change: a new major one, or before 1.0 a new minor one. */
export function allowsBreaks(before: string, after: string): boolean {
  const [a = [], b = []] = [before, after].map((version) => version.split(".").map(Number));
  return a[0] !== b[0] || (a[0] === 0 && a[1] !== b[1]);
}
