// lib/src/engine/*.gen.dart: the named queries and the schema as code, so that the Dart engine runs the texts that Drift teams run.
import { join } from "node:path";
import { SCHEMA } from "../../../client-contract/device/schema.gen.ts";
import { UPGRADES } from "../../../client-contract/device/upgrades.ts";
import { type Artifact, PROJECT_FOLDER } from "../artifact.ts";
import { type NamedQuery, positional, readQueries } from "../device_queries.ts";
import { camel, dartText, docComment, layOut } from "./layout.ts";

const FOLDER = "client-contract/dart/lib/src/engine";
const TYPES = { TEXT: "String", INTEGER: "int", REAL: "double", BLOB: "Uint8List" };

/** Columns of a member, and of what stands in its brackets. */
const [MEMBER, TEXT] = [2, 4];

const indent = (text: string) => text.replace(/^(?=.)/gm, "  ");

function member(query: NamedQuery): string {
  const { name, about, parameters } = query;
  const names = parameters.map(({ name }) => camel(name));
  const declared = parameters.map(({ type, isNullable }, n) =>
    `${TYPES[type]}${isNullable ? "?" : ""} ${names[n]}`
  );
  const sql = dartText(positional(query), TEXT);
  const comment = docComment(about, MEMBER);
  if (names.length === 0) {
    return `${comment}\n${
      layOut([sql], { before: `static const Query ${name} = Query(`, after: ");" }, MEMBER)
    }`;
  }
  const head = layOut(declared, { before: `static Query ${name}(`, after: ") =>" }, MEMBER);
  const list = layOut(names, { before: "[", after: "]" }, TEXT);
  return `${comment}\n${head}\n  ${
    layOut([sql, list], { before: "Query(", after: ");" }, TEXT).replaceAll("\n", "\n  ")
  }`;
}

/** Both files. */
export async function dartQueries(): Promise<Artifact[]> {
  const source = "client-contract/drift/queries.drift";
  const queries = readQueries(await Deno.readTextFile(join(PROJECT_FOLDER, source)));
  const members = queries.map((query) => indent(member(query)));
  const head = (from: string) => `// Generated from ${from} by\n// \`npm run generate\`; do not edit.`;
  const upgrades = UPGRADES.map((sql) => `r'''\n${sql}'''`);
  return [{
    path: `${FOLDER}/queries.gen.dart`,
    text: `${head(source)}

import 'query.dart';

/// The named queries of \`queries.drift\`.
abstract final class Queries {
${members.join("\n\n")}
}
`,
  }, {
    path: `${FOLDER}/schema.gen.dart`,
    text: `${head("client-contract/drift/carrel.drift")}

/// Makes an empty database a device's.
const String carrelSchema = r'''
${SCHEMA}
''';

/// The upgrades of older databases: the first from version 1 to 2, and so on.
${layOut(upgrades, { before: "const List<String> carrelUpgrades = [", after: "];" })}
`,
  }];
}
