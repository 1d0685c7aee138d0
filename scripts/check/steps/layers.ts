// The SQL sources are layers: each uses only what loads before it.
import { sourcePaths } from "../../generate/migrations.ts";
import { projectFiles, readProjectFile } from "../project.ts";
import { findForwardReferences, findUnlisted } from "../sql_layers.ts";
import type { Step } from "../step.ts";

export const layers: Step = {
  name: "layers",
  about: "every SQL source is listed in schema_paths and uses only what loads before it",
  async run() {
    const listed = sourcePaths(await readProjectFile("supabase/config.toml")).map((path) =>
      `supabase/${path}`
    );
    const files = (await projectFiles("supabase/schemas")).filter((path) => path.endsWith(".sql"));
    const sources = await Promise.all(
      files.filter((path) => listed.includes(path)).sort((a, b) => listed.indexOf(a) - listed.indexOf(b))
        .map(async (path) => ({ path, text: await readProjectFile(path) })),
    );
    const failures = [...findUnlisted(files, listed), ...findForwardReferences(sources)];
    return { passed: sources.length, failures };
  },
};
