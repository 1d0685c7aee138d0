// The walks of docs/changing.md: their blocks, and a copy of the project to which they are applied.
import { join } from "node:path";
import { projectFiles, root } from "../../../scripts/check/project.ts";

/** A section of the page. */
export interface Walk {
  /** Lines to take out and to put in, by file. */
  edits: { path: string; before: string; after: string }[];
  /** What is run on a database that has releases. */
  sql: string[];
}

function editsOf(block: string): Walk["edits"] {
  const [heading = "", ...rest] = block.trimEnd().split("\n");
  return rest.join("\n").split("\n@@\n").map((place) => {
    const lines = place.split("\n");
    const side = (other: string) =>
      lines.filter((line) => !line.startsWith(other)).map((line) => line.slice(1)).join("\n");
    return { path: heading.replace("--- ", ""), before: side("+"), after: side("-") };
  });
}

/** The walk under a heading of the page. */
export function readWalk(page: string, heading: string): Walk {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const blocks = [...own.matchAll(/^```(diff|sql)\n(.*?)^```$/gms)];
  const of = (language: string) => blocks.filter(([, is]) => is === language).map(([, , text = ""]) => text);
  return { edits: of("diff").flatMap(editsOf), sql: of("sql") };
}

/** A copy of the project in a folder of its own; it shares what npm and the local Supabase have made. */
export async function copyProject() {
  const folder = await Deno.makeTempDir({ prefix: "carrel-walk-" });
  for (const path of await projectFiles()) {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.copyFile(join(root, path), join(folder, path));
  }
  for (const shared of ["node_modules", ".carrel"]) {
    await Deno.symlink(join(root, shared), join(folder, shared));
  }
  return {
    /** Applies a walk; each of its places must be found exactly once. */
    async apply({ edits }: Walk): Promise<void> {
      for (const { path, before, after } of edits) {
        const parts = (await Deno.readTextFile(join(folder, path))).split(before);
        if (parts.length !== 2) {
          throw new Error(`docs/changing.md: ${path} has ${parts.length - 1} of these places:\n${before}`);
        }
        await Deno.writeTextFile(join(folder, path), parts.join(after));
      }
    },
    /** Runs Deno in the copy; throws what it said if it fails. */
    async deno(...args: string[]): Promise<void> {
      const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { NO_COLOR: "1" } });
      const { success, stdout, stderr } = await command.output();
      const text = new TextDecoder();
      if (!success) throw new Error(`deno ${args.join(" ")}\n${text.decode(stdout)}\n${text.decode(stderr)}`);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
