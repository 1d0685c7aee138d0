// The docstrings of the contract's sources: what the Dart package says about the same thing.
import { join } from "node:path";
import { PROJECT_FOLDER } from "../artifact.ts";

const FOLDER = join(PROJECT_FOLDER, "client-contract/contract");
const DOCSTRING = /\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\nexport (?:const|function|interface) (\w+)/g;

/** The docstrings of everything that the contract exports, by name. */
export async function docstrings(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const files = (await Array.fromAsync(Deno.readDir(FOLDER))).map(({ name }) => name).sort();
  for (const name of files.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))) {
    const source = await Deno.readTextFile(join(FOLDER, name));
    for (const [, text = "", exported = ""] of source.matchAll(DOCSTRING)) {
      texts.set(exported, text.replaceAll(/\n\s*\*[ \t]?/g, "\n"));
    }
  }
  return texts;
}
