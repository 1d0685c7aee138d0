// `npm run demo`: a learner's day on a throw-away stack, every claim checked; exit 1 where one fails.
import { join } from "node:path";
import postgres from "postgres";
import { type Command, type Line, main, type Options, UserError } from "../command/command.ts";
import { exists } from "../local/postgres/folders.ts";
import { throwAwayStack } from "../start/project.ts";
import { fromCaller } from "../start/options.ts";
import { assemble } from "./cast.ts";
import { type Edition, editionsOf, seedEditions } from "./curriculum.ts";
import { liveTheDay } from "./day.ts";
import { createNarrator } from "./narrator.ts";

export const COMMAND = {
  name: "npm run demo",
  about:
    "A learner's day on a throw-away Supabase, with every claim checked. It ends with 1 where a claim fails.",
  options: {
    content: {
      type: "string",
      value: "DIR",
      text: "a folder with release-1.jsonl and release-2.jsonl; default: the seed curriculum",
    },
  },
} as const satisfies Command<Options>;

/** The folder to take the two releases from. */
async function contentFolder(given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const folder = fromCaller(given);
  if (await exists(join(folder, "release-1.jsonl"))) return folder;
  throw new UserError(`There is no release-1.jsonl in ${given}.`);
}

/** Lives the day; gives the exit code. */
async function demonstrate(content: string | undefined): Promise<number> {
  const narrator = createNarrator();
  narrator.chapter("A throw-away Supabase starts, and everyone signs in");
  const folder = await Deno.makeTempDir({ prefix: "carrel-demo-" });
  try {
    await using stack = await throwAwayStack({ migrated: true, log: (line) => narrator.tell(line) });
    const sql = postgres(stack.dbUrl(), { max: 2, onnotice: () => {} });
    const edition: Edition = content ? editionsOf(content, sql) : seedEditions(sql);
    narrator.tell(
      content
        ? "content: release-1.jsonl and release-2.jsonl"
        : "content: the seed curriculum, and an edit of it",
    );
    const people = await assemble(stack);
    await liveTheDay({ stack, sql, people, edition, folder, narrator });
    await Promise.all(Object.values(people).map(({ client }) => client.auth.signOut()));
    await sql.end();
  } catch (error) {
    narrator.check(`the demo ran to its end: ${error instanceof Error ? error.stack : error}`, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return narrator.close().failed === 0 ? 0 : 1;
}

export async function run({ values }: Line<typeof COMMAND.options>): Promise<number> {
  return await demonstrate(await contentFolder(values.content));
}

if (import.meta.main) await main(COMMAND, run);
