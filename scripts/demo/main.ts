// `npm run demo`: a learner's day on a throw-away stack, every claim checked; exit 1 where one fails.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { throwAwayStack } from "../local/stack.ts";
import { assemble } from "./cast.ts";
import { type Edition, editionsOf, seedEditions } from "./curriculum.ts";
import { liveTheDay } from "./day.ts";
import { createNarrator } from "./narrator.ts";

const USAGE = `npm run demo [-- --content DIR]
  --content DIR  a folder with release-1.jsonl and release-2.jsonl (docs/content-format.md);
                 by default ../shared/data/mmlu-redux where it exists, else the seed curriculum`;

async function hasReleases(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(join(folder, "release-1.jsonl"))).isFile;
  } catch {
    return false;
  }
}

async function contentFolder(): Promise<string | undefined> {
  let values: { content?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: Deno.args,
      options: { content: { type: "string" }, help: { type: "boolean" } },
    }));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
  if (values.help) {
    console.log(USAGE);
    Deno.exit(0);
  }
  if (values.content !== undefined) {
    if (await hasReleases(values.content)) return values.content;
    console.error(`There is no release-1.jsonl in ${values.content}.\n\n${USAGE}`);
    Deno.exit(2);
  }
  const beside = fileURLToPath(new URL("../../../shared/data/mmlu-redux", import.meta.url));
  return await hasReleases(beside) ? beside : undefined;
}

const content = await contentFolder();
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
Deno.exit(narrator.close().failed === 0 ? 0 : 1);
