// How learners have answered, counted anew over the raw events: the plain meaning of the figures that instructors see.
import type postgres from "postgres";

/** An answer of the ledger that is not voided. */
interface Answer {
  learner: string;
  id: string;
  skill: string;
  question: string;
  version: number;
  state: string;
  choice: string;
  isRight: boolean;
}

/** Published content as far as figures depend on it. */
interface Content {
  /** Questions that are in use, skill by skill in their order. */
  questions: { id: string; skill: string }[];
  domainOf: Map<string, string>;
  /** The versions in which a question changed, ascending. */
  revisions: Map<string, number[]>;
}

/** learners, attempts, correct, first_attempts, first_correct, succeeded, tries, outdated, skipped. */
export type Figure = [number, number, number, number, number, number, number, number, number];

export async function readContent(sql: postgres.Sql): Promise<Content> {
  const questions = await sql<{ id: string; skill: string }[]>`
    select q.id, q.skill_id as skill from content.question q
    where q.status = 'active' and exists (select from content.answer_key k where k.question_id = q.id) order by q.skill_id, q.position, q.key`;
  const skills = await sql<
    { id: string; domain: string }[]
  >`select id, domain_id as domain from content.skill`;
  const keys = await sql<{ id: string; versions: number[] }[]>`
    select question_id as id, json_agg(version order by version) as versions from content.answer_key group by 1`;
  return {
    questions: [...questions],
    domainOf: new Map(skills.map(({ id, domain }) => [id, domain])),
    revisions: new Map(keys.map(({ id, versions }) => [id, versions])),
  };
}

/** The answers of learners in the order of their ids. `voided` has the learner and the event's uuid. */
export async function readAnswers(
  sql: postgres.Sql,
  learners: readonly string[] | null,
  voided: ReadonlySet<string>,
): Promise<Answer[]> {
  const rows = await sql<(Omit<Answer, "isRight"> & { graded: boolean | null; claimed: boolean })[]>`
    select user_id as learner, event_id as id, skill_id as skill, question_id as question, (body ->> 'content_version')::int as version, content_state as state,
      body #>> '{answer,choice}' as choice, graded_correct as graded, (body ->> 'correct')::boolean as claimed
    from learner.event where type = 'attempt.recorded' and (${learners === null} or user_id = any (${[
    ...learners ?? [],
  ]}::uuid[]))`;
  return rows.filter(({ learner, id }) => !voided.has(`${learner} ${id}`))
    .map(({ graded, claimed, ...row }) => ({ ...row, isRight: graded ?? claimed }))
    .toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** The figures by `kind id version choice`. */
export function recountAnswers(answers: readonly Answer[], content: Content): Map<string, Figure> {
  const groups = new Map<string, { figure: Figure; learners: Set<string> }>();
  const group = (key: string) => {
    const found = groups.get(key) ??
      { figure: [0, 0, 0, 0, 0, 0, 0, 0, 0] satisfies Figure, learners: new Set<string>() };
    groups.set(key, found);
    return found;
  };
  const before = new Map<string, Answer[]>();
  for (const answer of answers) {
    const { learner, question, skill, version, choice, state, isRight } = answer;
    const earlier = before.get(`${learner} ${question}`) ?? [];
    before.set(`${learner} ${question}`, [...earlier, answer]);
    const isFirst = earlier.length === 0;
    const isSuccess = isRight && !earlier.some((one) => one.isRight);
    const revision = content.revisions.get(question)?.findLast((one) => one <= version) ?? 0;
    const keys = [
      "cohort 00000000-0000-0000-0000-000000000000 0 ",
      `domain ${content.domainOf.get(skill)} 0 `,
      `skill ${skill} 0 `,
      `question ${question} 0 `,
      `revision ${question} ${revision} `,
      `choice ${question} ${revision} ${choice}`,
    ];
    for (const key of keys) {
      const { figure, learners } = group(key);
      const isChoice = key.startsWith("choice");
      learners.add(learner);
      figure[0] = learners.size;
      figure[1] += 1;
      figure[2] += isRight ? 1 : 0;
      figure[3] += isFirst ? 1 : 0;
      figure[4] += isFirst && isRight ? 1 : 0;
      figure[5] += isSuccess && !isChoice ? 1 : 0;
      figure[6] += isSuccess && !isChoice ? earlier.length + 1 : 0;
      figure[7] += state === "outdated" ? 1 : 0;
    }
  }
  // A learner has skipped a question who answered a later one of its skill, and never this one.
  for (const learner of new Set(answers.map((answer) => answer.learner))) {
    const hasAnswered = (id: string) => before.has(`${learner} ${id}`);
    for (const [place, { id, skill }] of content.questions.entries()) {
      const later = content.questions.slice(place + 1).some((one) =>
        one.skill === skill && hasAnswered(one.id)
      );
      if (later && !hasAnswered(id)) group(`question ${id} 0 `).figure[8] += 1;
    }
  }
  return new Map([...groups].map(([key, { figure }]) => [key, figure]));
}
