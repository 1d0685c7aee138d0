// `npm run content:import -- FILE.jsonl`: a curriculum file into the drafts. The format: docs/content-format.md.
import { dirname } from "node:path";
import {
  type Command,
  type Line,
  main,
  type Options,
  Refusal,
  UsageError,
  UserError,
} from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { fromCaller } from "../start/options.ts";
import { DATABASE_OPTION } from "./command.ts";
import { connect, explainDatabaseError, resolveDatabaseUrl } from "./database.ts";
import {
  bytesToLines,
  type Counts,
  importContent,
  ImportRefused,
  type ImportResult,
} from "./import_content.ts";
import { cancelOnSignal } from "./interrupt.ts";
import {
  checkMedia,
  mediaOf,
  type MissingFile,
  missingMedia,
  type NamedFile,
  resolveMediaTarget,
  uploadMedia,
} from "./media.ts";
import { renderWarnings } from "./render.ts";

export const COMMAND = {
  name: "npm run content:import",
  operands: "FILE.jsonl",
  about:
    "Imports a curriculum file into the drafts, all of it or nothing. docs/content-format.md has the format.",
  options: {
    "withdraw-missing": {
      type: "boolean",
      text: "withdraw every active question, skill and domain that the file lacks",
    },
    media: {
      type: "string",
      value: "FOLDER",
      text: "upload the files that `media` names; paths are below this folder",
    },
    "dry-run": { type: "boolean", text: "count what would change, and change nothing" },
    json: { type: "boolean", default: false, text: "print the result as JSON" },
    "db-url": DATABASE_OPTION,
  },
} as const satisfies Command<Options>;

async function readFile(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(fromCaller(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`There is no file ${file}.`);
    if (error instanceof Deno.errors.IsADirectory) throw new UserError(`${file} is a folder; name one file.`);
    throw error;
  }
}

const plural = { domain: "domains", skill: "skills", question: "questions" } as const;

function renderCounts({ inserted, updated, unchanged, withdrawn }: Counts): string {
  return `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${withdrawn} withdrawn`;
}

/** Files that are shown; --json has all. */
const SHOWN_FILES = 5;

function renderMissing(files: readonly MissingFile[]): string[] {
  if (files.length === 0) return [];
  const more = files.length - SHOWN_FILES;
  return [
    `? media_missing: ${files.length} ${
      files.length === 1 ? "file is" : "files are"
    } neither in the bucket nor beside the curriculum file`,
    ...files.slice(0, SHOWN_FILES).map(({ line, path }) => `    line ${line}: ${path}`),
    ...more > 0 ? [`    and ${more} more (--json)`] : [],
  ];
}

function renderResult(result: ImportResult, missing: readonly MissingFile[], seconds: string): string {
  const kinds = ["question", "skill", "domain"] as const;
  const lines = [
    ...result.warnings,
    ...renderWarnings(result.edits),
    ...renderMissing(missing),
    ...kinds.map((kind) => `${`${plural[kind]}:`.padEnd(11)}${renderCounts(result[kind])}`),
  ];
  const changed = kinds.some((kind) =>
    result[kind].inserted + result[kind].updated + result[kind].withdrawn > 0
  );
  if (result.dryRun) lines.push(`This was a dry run of ${seconds}. Nothing was written.`);
  else if (changed) {
    lines.push(`Imported in ${seconds}. Drafts only: \`npm run content -- publish\` publishes them.`);
  } else lines.push(`The drafts already match the file. Compared in ${seconds}.`);
  return lines.join("\n");
}

/** Uploads the files of the lines before the drafts name them, so that no draft names a file that is not there. */
async function bringMedia(
  folder: string,
  files: readonly NamedFile[],
  o: { dryRun: boolean | undefined; step: (line: string) => void },
): Promise<string> {
  await checkMedia(folder, files);
  if (o.dryRun) return `media:     ${files.length} checked`;
  const { uploaded, present } = await uploadMedia(
    await resolveMediaTarget(Deno.env.toObject()),
    folder,
    files,
    o.step,
  );
  return `media:     ${uploaded} uploaded, ${present} present`;
}

export async function run({ values, operands }: Line<typeof COMMAND.options>) {
  const [file, ...others] = operands;
  if (file === undefined || others.length > 0) throw new UsageError("Name one file.");
  const bytes = await readFile(file);
  const url = await resolveDatabaseUrl(values["db-url"], Deno.env.toObject());
  const sql = connect(url);
  using interruption = cancelOnSignal(url, "npm run content -- preview");
  using progress = patientProgress();
  try {
    const media = values.media === undefined ? undefined : await bringMedia(
      fromCaller(values.media),
      mediaOf(bytesToLines(bytes)),
      { dryRun: values["dry-run"], step: progress.step },
    );
    const result = await importContent(sql, bytesToLines(bytes), {
      withdrawMissing: values["withdraw-missing"],
      dryRun: values["dry-run"],
      onBegin: interruption.begin,
      onProgress: progress.step,
    });
    // With --media every file is in its folder.
    const missingFiles = media === undefined
      ? await missingMedia(sql, bytesToLines(bytes), dirname(fromCaller(file)))
      : [];
    if (values.json) console.log(JSON.stringify({ ...result, missingFiles }));
    else {
      if (media !== undefined) console.log(media);
      console.log(renderResult(result, missingFiles, progress.seconds()));
    }
  } catch (error) {
    if (error instanceof ImportRefused) throw new Refusal(error.message, { problems: error.problems });
    throw explainDatabaseError(interruption.explain(error), url, "import");
  } finally {
    await sql.end({ timeout: 1 });
  }
}

if (import.meta.main) await main(COMMAND, run);
