// The cached curriculum as an app reads it.
import { z } from "zod";
import { DomainRow, SkillRow } from "../contract/content.ts";
import { QuestionRow } from "../contract/question.ts";
import type { Database } from "./database.ts";

/** A question with everything that it takes to show and grade it, now or later. */
export type Question = QuestionRow & {
  /** The content version that the device held when the app read the question, and so the one that the learner saw. */
  content_version: number;
};

const body = z.object({ body: z.string() }).transform((row): unknown => JSON.parse(row.body));
const Domain = body.pipe(DomainRow);
const Skill = body.pipe(SkillRow);
const Shown = z.object({ body: z.string(), content_version: z.number() })
  .transform(({ body, content_version }) => ({ ...QuestionRow.parse(JSON.parse(body)), content_version }));

const QUESTION =
  `select c.body, s.content_version from content_row c, sync_state s where c.kind = 'question'`;

/** The domains, in their order. */
export function readDomains(db: Database): DomainRow[] {
  return db.all(Domain, "select body from content_row where kind = 'domain' order by position, id");
}

/** A domain's skills, in their order. */
export function readSkills(db: Database, domainId: string): SkillRow[] {
  return db.all(
    Skill,
    "select body from content_row where kind = 'skill' and domain_id = ? order by position, id",
    domainId,
  );
}

/** A skill's questions, in their order. */
export function readQuestions(db: Database, skillId: string): Question[] {
  return db.all(Shown, `${QUESTION} and c.skill_id = ? order by c.position, c.id`, skillId);
}

/** One question, if the held release has it. */
export function readQuestion(db: Database, questionId: string): Question | undefined {
  return db.get(Shown, `${QUESTION} and c.id = ?`, questionId);
}
