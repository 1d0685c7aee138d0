// The two releases of the day: real ones from a folder, or the seed curriculum and an edit of it.
import { join } from "node:path";
import type postgres from "postgres";
import { bytesToLines, importContent } from "../content/import_content.ts";

/** What the drafts will be published as. */
export interface Edition {
  /** Drafts as the first release wants them; says in a phrase what they are. */
  first(): Promise<string>;
  /** Drafts as the second release wants them. */
  second(): Promise<string>;
}

/** Editions from `release-1.jsonl` and `release-2.jsonl` of a folder. */
export function editionsOf(folder: string, sql: postgres.Sql): Edition {
  const load = async (name: string) => {
    const lines = bytesToLines(await Deno.readFile(join(folder, name)));
    const { question, skill, domain } = await importContent(sql, lines, { withdrawMissing: true });
    const changed = question.inserted + question.updated;
    return `${name}: ${changed} questions written, ${question.withdrawn} withdrawn ` +
      `(${skill.inserted} new skills, ${domain.inserted} new domains)`;
  };
  return { first: () => load("release-1.jsonl"), second: () => load("release-2.jsonl") };
}

/** The seed curriculum, and a second edition with a few corrections and withdrawals. */
export function seedEditions(sql: postgres.Sql): Edition {
  return {
    async first() {
      await sql`update content.question set tags = array_append(tags, 'demo') where status = 'active'`;
      return "the seed curriculum, tagged";
    },
    async second() {
      // From the end of each skill, so that what the learner answers stays.
      await sql`
        update content.question q set answer = jsonb_build_object('choice', ((q.answer ->> 'choice')::int + 1) % 4)
        where q.id in (select id from content.question order by key desc limit 5)`;
      await sql`
        update content.question set status = 'withdrawn'
        where id in (select id from content.question order by key desc offset 5 limit 3)`;
      return "5 corrected answers, 3 withdrawn questions";
    },
  };
}
