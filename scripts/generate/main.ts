// `npm run generate`: writes the files that are derived from client-contract and the tests. With --check it writes nothing, names
// those that differ, and fails.
import { type Command, type Line, main, type Options } from "../command/command.ts";
import { type Artifact, findDrift, PROJECT_FOLDER, writeArtifacts } from "./artifact.ts";
import { functionBuilds } from "./builds.ts";
import { clientRequirementsDocument } from "./client_requirements_doc.ts";
import { dartPackage } from "./dart/package.ts";
import { deviceQueries } from "./device_queries.ts";
import { deviceSchema, schemaSnapshot } from "./device_schema.ts";
import { errorsDocument } from "./errors_doc.ts";
import { functionErrors } from "./errors_gen.ts";
import { errorRows } from "./errors_sql.ts";
import { eventRules } from "./event_rules.ts";
import { INVARIANTS } from "./invariants.ts";
import { invariantsDocument } from "./invariants_doc.ts";
import { attemptLimits, functionLimits, sqlLimits, steeringDefaults } from "./limits.ts";
import { MIGRATION_FOLDER, migrationFiles } from "./migrations.ts";
import { jsonSchemas, SCHEMA_FOLDER } from "./json_schema.ts";
import { openApi, readOperations } from "./openapi/document.ts";
import { apiPage } from "./openapi/page.ts";
import { normalisation } from "./normalisation.ts";
import { privacyArtifacts } from "./privacy_doc.ts";
import { REQUIREMENTS } from "./requirements.ts";
import { requirementsDocument } from "./requirements_doc.ts";
import { testsById } from "./tagged_tests.ts";
import { VECTOR_FOLDER, vectors } from "./vectors.ts";

export const COMMAND = {
  name: "npm run generate",
  about: "Writes the files that are derived from the contract, the SQL sources and the tests.",
  options: {
    check: {
      type: "boolean",
      default: false,
      text: "write nothing, name the files that differ, and end with 1",
    },
  },
} as const satisfies Command<Options>;

export async function run({ values: { check } }: Line<typeof COMMAND.options>) {
  const tests = await testsById(PROJECT_FOLDER, [...INVARIANTS, ...REQUIREMENTS].map(({ id }) => id));
  // First, since migrations and builds are made of them.
  const sources: Artifact[] = [
    errorRows(),
    sqlLimits(),
    normalisation(),
    eventRules(),
    steeringDefaults(),
    attemptLimits(),
    functionErrors(),
    functionLimits(),
  ];
  if (!check) await writeArtifacts(PROJECT_FOLDER, sources, []);

  const operations = await readOperations();
  const artifacts: Artifact[] = [
    ...sources,
    ...await jsonSchemas(),
    await openApi(operations),
    apiPage(operations),
    await functionBuilds(),
    await deviceSchema(),
    await schemaSnapshot(),
    await deviceQueries(),
    ...await dartPackage(),
    ...vectors(),
    errorsDocument(),
    clientRequirementsDocument(),
    invariantsDocument(tests),
    requirementsDocument(tests),
    ...await privacyArtifacts(),
    ...await migrationFiles(),
  ];
  const folders = [SCHEMA_FOLDER, MIGRATION_FOLDER, VECTOR_FOLDER];
  if (check) {
    const drifted = await findDrift(PROJECT_FOLDER, artifacts, folders);
    for (const path of drifted) console.error(`${path} is not what \`npm run generate\` would write`);
    if (drifted.length > 0) return 1;
    console.log(`${artifacts.length} generated files are up to date`);
    return 0;
  }
  const written = await writeArtifacts(PROJECT_FOLDER, artifacts, folders);
  for (const path of written) console.log(`updated ${path}`);
  console.log(`${artifacts.length - written.length} files were up to date`);
  return 0;
}

if (import.meta.main) await main(COMMAND, run);
