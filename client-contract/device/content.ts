// The cached curriculum as an app reads it.
import { z } from "zod";
import { DomainRow, SkillRow } from "../contract/content.ts";
import { QuestionRow } from "../contract/question.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

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

/** The domains, in their order. */
export function readDomains(db: Database): DomainRow[] {
  return db.all(Domain, queries.domains);
}

/** A domain's skills, in their order. */
export function readSkills(db: Database, domainId: string): SkillRow[] {
  return db.all(Skill, queries.skills, domainId);
}

/** A skill's questions, in their order. */
export function readQuestions(db: Database, skillId: string): Question[] {
  return db.all(Shown, queries.questions, skillId);
}

/** One question, if the held release has it. */
export function readQuestion(db: Database, questionId: string): Question | undefined {
  return db.get(Shown, queries.question, questionId);
}
