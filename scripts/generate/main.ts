// `npm run generate`: writes the files that are derived from client-contract and the tests. With --check it writes nothing, names
// those that differ, and fails.
import { type Artifact, findDrift, PROJECT_FOLDER, writeArtifacts } from "./artifact.ts";
import { deviceSchema } from "./device_schema.ts";
import { errorsDocument } from "./errors_doc.ts";
import { functionErrors } from "./errors_gen.ts";
import { INVARIANTS } from "./invariants.ts";
import { invariantsDocument } from "./invariants_doc.ts";
import { MIGRATION_FOLDER, migrationFiles } from "./migrations.ts";
import { jsonSchemas, SCHEMA_FOLDER } from "./json_schema.ts";
import { REQUIREMENTS } from "./requirements.ts";
import { requirementsDocument } from "./requirements_doc.ts";
import { testsById } from "./tagged_tests.ts";

const tests = await testsById(PROJECT_FOLDER, [...INVARIANTS, ...REQUIREMENTS].map(({ id }) => id));

const artifacts: Artifact[] = [
  ...jsonSchemas(),
  functionErrors(),
  await deviceSchema(),
  errorsDocument(),
  invariantsDocument(tests),
  requirementsDocument(tests),
  ...await migrationFiles(),
];

if (Deno.args.includes("--check")) {
  const drifted = await findDrift(PROJECT_FOLDER, artifacts, [SCHEMA_FOLDER, MIGRATION_FOLDER]);
  for (const path of drifted) console.error(`${path} is not what \`npm run generate\` would write`);
  if (drifted.length > 0) Deno.exit(1);
  console.log(`${artifacts.length} generated files are up to date`);
} else {
  const written = await writeArtifacts(PROJECT_FOLDER, artifacts, [SCHEMA_FOLDER, MIGRATION_FOLDER]);
  for (const path of written) console.log(`updated ${path}`);
  console.log(`${artifacts.length - written.length} files were up to date`);
}
