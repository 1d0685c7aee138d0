// The contract as the last tag of this repository had it.
import { run } from "../process.ts";
import { readProjectFile, root } from "../project.ts";
import type { Contract } from "./compare.ts";
import { isNode, type Node } from "./compare_schema.ts";

const SCHEMAS = "client-contract/schema";
const OPENAPI = "client-contract/openapi/carrel.json";

function parsed(text: string): Node {
  const value: unknown = JSON.parse(text);
  if (!isNode(value)) throw new Error("not a JSON object");
  return value;
}

/** The generated files of one commit or of the checkout. */
export interface Source {
  /** Undefined where the file is missing. */
  read(path: string): Promise<string | undefined>;
  /** Names of a folder's files. */
  list(folder: string): Promise<string[]>;
}

/** The messages' schemas: the files that only name a schema of the contract. */
async function readMessages({ read, list }: Source): Promise<Map<string, string>> {
  const names = (await list(SCHEMAS)).filter((name) => name.endsWith(".json"));
  const texts = await Promise.all(names.map((name) => read(`${SCHEMAS}/${name}`)));
  return new Map(names.flatMap((name, at) => {
    const { $ref } = parsed(texts[at] ?? "{}");
    return typeof $ref === "string"
      ? [[name.replace(/\.json$/, ""), $ref.replace("contract.json", "")] as const]
      : [];
  }));
}

/** The contract of a source; undefined where it has none. */
export async function readContract(source: Source): Promise<Contract | undefined> {
  const paths = [OPENAPI, ...["contract", "errors", "limits"].map((name) => `${SCHEMAS}/${name}.json`)];
  const texts = await Promise.all(paths.map(source.read));
  const [openApi, schemas, errors, limits] = texts.flatMap((text) =>
    text === undefined ? [] : [parsed(text)]
  );
  if (!openApi || !schemas || !errors || !limits) return undefined;
  return { openApi, schemas, errors, limits, messages: await readMessages(source) };
}

/** The generated files of the checkout. */
export const checkout: Source = {
  read: readProjectFile,
  async list(folder) {
    return await Array.fromAsync(Deno.readDir(`${root}/${folder}`), ({ name }) => name);
  },
};

/** The newest tag that the checkout comes from, or why there is none. */
export async function lastTag(folder: string): Promise<{ tag: string } | { none: string }> {
  const git = async (...args: string[]) => {
    const { code, stdout } = await run("git", args, { cwd: folder });
    return code === 0 ? stdout.trim() : undefined;
  };
  if (await git("rev-parse", "--git-dir") === undefined) {
    return { none: "this is no git checkout, so there is no tag to compare with" };
  }
  const tag = await git("describe", "--tags", "--abbrev=0");
  if (tag) return { tag };
  if (await git("rev-parse", "--is-shallow-repository") !== "true") {
    return { none: "no tag to compare with yet" };
  }
  // The history that leads to a tag is cut off: the tag of the newest version is as good.
  const newest = (await git("tag", "--list", "--sort=-version:refname"))?.split("\n")[0];
  return newest
    ? { tag: newest }
    : { none: "this shallow clone has no tags; `git fetch --tags --depth 1` gets them" };
}

/** The generated files as a tag had them, also of a project that is a folder of its repository. */
export function atTag(folder: string, tag: string): Source {
  const git = async (...args: string[]) => {
    const { code, stdout } = await run("git", args, { cwd: folder });
    return code === 0 ? stdout : undefined;
  };
  return {
    read: (path) => git("show", `${tag}:./${path}`),
    async list(path) {
      const names = await git("ls-tree", "--name-only", tag, `${path}/`) ?? "";
      return names.split("\n").map((name) => name.slice(path.length + 1));
    },
  };
}

/** Whether the version says that apps must change: a new major one, or before 1.0 a new minor one. */
export function allowsBreaks(before: string, after: string): boolean {
  const [a = [], b = []] = [before, after].map((version) => version.split(".").map(Number));
  return a[0] !== b[0] || (a[0] === 0 && a[1] !== b[1]);
}
