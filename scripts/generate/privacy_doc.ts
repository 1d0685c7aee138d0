// The generated parts of the privacy page: the list of columns with personal data, and the JSON Schema of an export.
import { join } from "node:path";
import { columnsOf, TABLES } from "../privacy/columns.ts";
import { CLASSES } from "../privacy/data_class.ts";
import { exportSchema } from "../privacy/export_schema.ts";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

const PAGE = "docs/privacy.md";
const BEGIN =
  "<!-- Generated from scripts/privacy/columns.ts by `npm run generate`; do not edit up to the next comment. -->";
const END = "<!-- End of the generated part. -->";

function listOf(): string {
  const rows = Object.entries(TABLES).flatMap(([table, { what, erasure }]) => {
    const classes = Map.groupBy(
      columnsOf(table).filter((column) => column.class !== undefined),
      (column) => column.class,
    );
    if (classes.size === 0) return [];
    const columns = [...classes].map(([kind, found]) =>
      `*${kind}*: ${found.map(({ name }) => `\`${name}\``).join(", ")}`
    );
    return [`| \`${table}\`<br>${what} | ${columns.join("<br>")} | ${erasure} |`];
  });
  const kinds = Object.entries(CLASSES).map(([kind, text]) => `| *${kind}* | ${text} |`);
  return [
    "| class | a column of it |",
    "| --- | --- |",
    ...kinds,
    "",
    "| table | columns by class | an erasure |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** The page with its generated part, and the schema. */
export async function privacyArtifacts(): Promise<Artifact[]> {
  const page = await Deno.readTextFile(join(PROJECT_FOLDER, PAGE));
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${PAGE} lacks the comments around its generated part`);
  return [
    { path: PAGE, text: `${page.slice(0, begin + BEGIN.length)}\n\n${listOf()}\n\n${page.slice(end)}` },
    { path: "docs/learner-export.schema.json", text: `${JSON.stringify(exportSchema(), null, 2)}\n` },
  ];
}
