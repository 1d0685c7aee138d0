// The house style that no tool knows: how SQL sources open, how SQL is written, how long a file may get.
import { projectFiles, readProjectFile } from "../project.ts";
import { sqlCode } from "../sql_text.ts";
import type { Failure, Step } from "../step.ts";
import { findFragments, findUntagged } from "../test_ids.ts";

/** House limits are 200 and 300 lines; a tenth more is let through, so that nobody splits a file in the middle of a thought. */
const SQL_LINES = 220;
const TYPESCRIPT_LINES = 330;
const OPENING = ["What", "Why"];
const SOURCE_NAME = /^supabase\/schemas\/\d\d_[a-z]+\/[a-z][a-z0-9_]*\.sql$/;
const TEST_NAME = /^supabase\/tests\/[a-z0-9_/]+\.test\.sql$/;
const UPPERCASE_KEYWORD =
  /\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|FROM|WHERE|JOIN|GRANT|REVOKE|RETURNS?|BEGIN|END|DECLARE|LANGUAGE|FUNCTION|TABLE|NOT|NULL|AND|VALUES|INTO|ORDER|GROUP)\b/;

const countLines = (text: string) => text.trimEnd().split("\n").length;

function opening(path: string, text: string): Failure[] {
  const header = text.slice(0, text.search(/^(?!--)/m));
  const labels = [...header.matchAll(/^-- (\w+):\s*\S/gm)].map((match) => match[1]);
  const firstLine = /^-- What:/.test(text);
  if (firstLine && OPENING.every((label, index) => labels[index] === label)) return [];
  const message = "an SQL source opens with the comment lines What and Why, in this order";
  return [{ at: `${path}:1`, message, detail: header.trimEnd() || text.split("\n", 1)[0] }];
}

function lowercase(path: string, text: string): Failure[] {
  return sqlCode(text).split("\n").flatMap((line, index) => {
    const found = UPPERCASE_KEYWORD.exec(line);
    if (!found) return [];
    return [{ at: `${path}:${index + 1}`, message: `write keywords in lower case: ${found[0]}` }];
  });
}

function tooLong(path: string, text: string, limit: number, house: number): Failure[] {
  const lines = countLines(text);
  if (lines <= limit) return [];
  return [{ at: path, message: `has ${lines} lines; one concept a file, about ${house} at most` }];
}

/** Chance in a test comes from the seed of `npm test`. */
function unseeded(path: string, text: string): Failure[] {
  if (!/\.test\.tsx?$/.test(path)) return [];
  const isSeeded = /\b(?:settings|runSeed)\(/.test(text);
  const found = /\bMath\.random\b/.exec(text) ??
    (isSeeded ? null : /\bfc\.(?:assert|check|sample)\(/.exec(text));
  if (!found) return [];
  const at = `${path}:${countLines(text.slice(0, found.index) + found[0])}`;
  return [{ at, message: "takes its chance from elsewhere than supabase/tests/properties/settings.ts" }];
}

/** What is wrong with the style of one file. */
export function checkStyle(path: string, text: string): Failure[] {
  if (/\.tsx?$/.test(path)) {
    return [...tooLong(path, text, TYPESCRIPT_LINES, 300), ...unseeded(path, text)];
  }
  const failures = [...lowercase(path, text), ...tooLong(path, text, SQL_LINES, 200)];
  if (path.startsWith("supabase/schemas/")) {
    if (!SOURCE_NAME.test(path)) {
      failures.push({ at: path, message: "is not named <two digits>_<area>/<snake_case>.sql" });
    }
    failures.push(...opening(path, text));
  }
  if (
    path.startsWith("supabase/tests/") && !path.startsWith("supabase/tests/helpers/") && !TEST_NAME.test(path)
  ) {
    failures.push({
      at: path,
      message: "is not named <behaviour>.test.sql, so that the runner would not see it",
    });
  }
  return failures;
}

/** Files whose style is checked: generated ones are not written by hand. */
const hasStyle = (path: string) =>
  /\.(tsx?|sql)$/.test(path) && !/\.gen\.|\.d\.ts$|^supabase\/migrations\//.test(path);

export const style: Step = {
  name: "style",
  about:
    "SQL sources open with What and Why; SQL in lower case; no file outgrows its concept; tests say what they show and take one seed",
  async run() {
    const files = (await projectFiles()).filter(hasStyle);
    const failures = await Promise.all(
      files.map(async (path) => {
        const text = await readProjectFile(path);
        return [...checkStyle(path, text), ...findUntagged(path, text), ...findFragments(path, text)];
      }),
    );
    return { passed: failures.filter((found) => found.length === 0).length, failures: failures.flat() };
  },
};
