// `npm run generate`: writes the files that are derived from client-contract and the tests. With --check it writes nothing, names
// those that differ, and fails.
import { type Artifact, findDrift, PROJECT_FOLDER, writeArtifacts } from "./artifact.ts";
import { errorsDocument } from "./errors_doc.ts";
import { functionErrors } from "./errors_gen.ts";
import { invariantsDocument } from "./invariants_doc.ts";
import { jsonSchemas, SCHEMA_FOLDER } from "./json_schema.ts";

const artifacts: Artifact[] = [
  ...jsonSchemas(),
  functionErrors(),
  errorsDocument(),
  await invariantsDocument(PROJECT_FOLDER),
];

if (Deno.args.includes("--check")) {
  const drifted = await findDrift(PROJECT_FOLDER, artifacts, SCHEMA_FOLDER);
  for (const path of drifted) console.error(`${path} is not what \`npm run generate\` would write`);
  if (drifted.length > 0) Deno.exit(1);
  console.log(`${artifacts.length} generated files are up to date`);
} else {
  const written = await writeArtifacts(PROJECT_FOLDER, artifacts, SCHEMA_FOLDER);
  for (const path of written) console.log(`updated ${path}`);
  console.log(`${artifacts.length - written.length} files were up to date`);
}
