// client-contract/device/schema.gen.ts: the device's schema as code. In a browser's bundle there is no file to read it from.
import { join } from "node:path";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

const SOURCE = "client-contract/drift/carrel.drift";

/** The schema file's statements as a module. Comments stay behind: they were a tenth of a bundle. */
export async function deviceSchema(): Promise<Artifact> {
  const sql = await Deno.readTextFile(join(PROJECT_FOLDER, SOURCE));
  const statements = sql.replaceAll(/^\s*--.*\n/gm, "").trim();
  const literal = statements.replaceAll(/[\\`]|\$\{/g, "\\$&");
  const text = `// Generated from ${SOURCE} by \`npm run generate\`; do not edit.

/** Makes an empty database the device's. */
export const SCHEMA = \`${literal}\`;
`;
  return { path: "client-contract/device/schema.gen.ts", text };
}
