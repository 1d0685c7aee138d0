// client-contract/dart: the generated part of the Dart package.
import { join } from "node:path";
import { type Artifact, PROJECT_FOLDER } from "../artifact.ts";
import { dartErrors } from "./errors.ts";
import { dartLimits } from "./limits.ts";
import { dartModels } from "./models.ts";
import { dartQueries } from "./queries.ts";
import { dartUnicode } from "./unicode.ts";

const PACKAGE = "client-contract/dart";

/** Files that the package has in common with the project. A published package can't reach outside of its folder. */
const COPIES = [
  ...["carrel.drift", "queries.drift"].map((name) => ({
    from: `client-contract/drift/${name}`,
    to: `${PACKAGE}/lib/${name}`,
  })),
  { from: "LICENSE", to: `${PACKAGE}/LICENSE` },
];

/** All of its generated files. */
export async function dartPackage(): Promise<Artifact[]> {
  const copies = COPIES.map(async ({ from, to }) => ({
    path: to,
    text: await Deno.readTextFile(join(PROJECT_FOLDER, from)),
  }));
  return [
    ...await dartModels(),
    dartErrors(),
    await dartLimits(),
    dartUnicode(),
    ...await dartQueries(),
    ...await Promise.all(copies),
  ];
}
