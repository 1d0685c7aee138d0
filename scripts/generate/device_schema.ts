// client-contract/device/schema.gen.ts: the device's schema as code. In a browser's bundle there is no file to read it from.
import { join } from "node:path";
import { NEWEST_VERSION } from "../../client-contract/device/upgrades.ts";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

const SOURCE = "client-contract/drift/carrel.drift";

const SNAPSHOTS = "client-contract/drift/snapshots";

const statementsOf = (sql: string) => sql.replaceAll(/^\s*--.*\n/gm, "").trim();

/** The newest version's schema as it is now. The files of older versions stay as they were: upgrades are tested from each of them. */
export async function schemaSnapshot(): Promise<Artifact> {
  const sql = await Deno.readTextFile(join(PROJECT_FOLDER, SOURCE));
  return { path: `${SNAPSHOTS}/${NEWEST_VERSION}.drift`, text: `${statementsOf(sql)}\n` };
}

/** The schema file's statements as a module. Comments stay behind: they were a tenth of a bundle. */
export async function deviceSchema(): Promise<Artifact> {
  const sql = await Deno.readTextFile(join(PROJECT_FOLDER, SOURCE));
  const literal = statementsOf(sql).replaceAll(/[\\`]|\$\{/g, "\\$&");
  const text = `// Generated from ${SOURCE} by \`npm run generate\`; do not edit.

/** Makes an empty database the device's. */
export const SCHEMA = \`${literal}\`;
`;
  return { path: "client-contract/device/schema.gen.ts", text };
}
