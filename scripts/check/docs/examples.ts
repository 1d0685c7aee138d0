// The TypeScript of the pages, as files that the type checker reads together with the project's own. By itself, each page's
// check takes 10 s of CPU: it reads the same modules again.
import { readBlocks } from "./blocks.ts";
import { readProjectFile, root } from "../project.ts";
import type { Failure } from "../step.ts";

/** The examples of some pages in a folder of their own; disposing of it removes the folder. */
export interface Examples extends AsyncDisposable {
  /** Paths of the files. */
  readonly files: readonly string[];
  /** The same failure, with the line of the page instead of the file's. */
  onPage(failure: Failure): Failure;
}

/** Imports as seen from the folder of the examples. An app has the package installed; the step `package` shows its types. */
function fromFolder(code: string): string {
  return code.replaceAll('"@carrel/client-contract"', '"./client-contract/mod.ts"')
    .replaceAll('"./client-contract/', '"../../client-contract/');
}

/** Writes the TypeScript blocks of the pages. */
export async function writeExamples(
  pages: readonly string[],
  read: (page: string) => Promise<string> = readProjectFile,
): Promise<Examples> {
  // Below the root, so that packages are found there.
  await Deno.mkdir(`${root}/.carrel`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${root}/.carrel`, prefix: "examples-" });
  const origin = new Map<string, { page: string; line: number }>();
  for (const page of pages) {
    const blocks = readBlocks(await read(page));
    for (const { line, text } of blocks.filter((block) => block.language === "ts" && !block.notRun)) {
      const file = `${folder}/example_${origin.size}.ts`;
      await Deno.writeTextFile(file, fromFolder(text));
      origin.set(file, { page, line });
    }
  }
  return {
    files: [...origin.keys()],
    onPage(failure) {
      const [path = "", line] = failure.at.split(":");
      const example = origin.get(`${root}/${path}`);
      return example ? { ...failure, at: `${example.page}:${example.line + Number(line)}` } : failure;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
