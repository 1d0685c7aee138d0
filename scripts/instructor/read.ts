// Runs a command of `npm run instructor`: names become ids, and all pages become one list.
import { UserError } from "../command/command.ts";
import { isUuid } from "../command/uuid.ts";
import type { Given, InstructorCommand } from "./commands.ts";
import type { Row } from "../../console/data/csv.ts";
import type { Parameter, Source } from "./source.ts";

/** All pages of a function. */
async function allPages(
  source: Source,
  name: string,
  parameters: readonly Parameter[],
  progress: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: unknown = null;;) {
    const page = await source.call(name, [...parameters, ["after", "text", after], [
      "page_rows",
      "integer",
      500,
    ]], false);
    if (page.length === 0) return rows;
    rows.push(...page);
    progress(`${rows.length} rows.`);
    after = page.at(-1)?.cursor ?? null;
  }
}

async function idOf(find: () => Promise<Row[]>, column: string, word: string, what: string): Promise<string> {
  if (isUuid(word)) return word;
  const found = (await find()).find((row) => row[column] === word && (row.archived_at ?? null) === null);
  if (typeof found?.id === "string") return found.id;
  throw new UserError(`${what} \`${word}\` is not among those that you may read.`);
}

/** The rows of a command. Throws `UserError`. */
export async function readRows(
  source: Source,
  command: InstructorCommand,
  given: Given,
  progress: (line: string) => void,
): Promise<Row[]> {
  const cohort = given.cohort === undefined
    ? undefined
    : await idOf(() => allPages(source, "cohorts", [], progress), "name", given.cohort, "The cohort");
  const questions = () =>
    allPages(source, "accuracy", [["by", "text", "question"], ["cohort", "uuid", cohort ?? null]], progress);
  const question = given.question === undefined
    ? undefined
    : await idOf(questions, "key", given.question, "The question");
  const parameters = command.parameters({ ...given, cohort, question });
  const rows = command.isPaged
    ? await allPages(source, command.calls, parameters, progress)
    : await source.call(command.calls, parameters, command.isValue === true);
  return rows.filter((row) => !command.isEmpty?.(row)).map(({ cursor: _, ...row }) => row);
}
