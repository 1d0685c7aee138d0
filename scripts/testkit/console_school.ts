// A small school for the pages of instructors: cohorts, learners with answers, devices, drafts that differ from what is published.
import postgres from "postgres";
import { ulid } from "ulid";
import type { Stack } from "../local/stack.ts";
import { header, ndjson, newLearner, push } from "../../supabase/tests/functions/bench.ts";
import type { ConsoleBench } from "./console.ts";

/** Ids that tests look for. */
export interface School {
  cohort: string;
  /** A cohort that the instructor is not in. */
  other: string;
  question: string;
  /** Of the cohort, in the order of their addresses. */
  learners: string[];
}

const LEARNERS = ["ada", "ben", "cleo", "dora", "emil", "finn"] as const;

/** Answers of one learner: right ones are more frequent for later learners. */
async function study(
  stack: Stack,
  place: number,
  questions: readonly { id: string; skill: string }[],
): Promise<string> {
  const who = await newLearner(stack);
  const common = { version: 1, learner_id: who.id, device_id: who.deviceId, utc_offset_minutes: 0 };
  const hour = 3_600_000;
  const lines = questions.flatMap(({ id, skill }, number) => {
    const at = new Date(Date.now() - (questions.length - number) * hour).toISOString();
    const isHard = number % 4 === 0;
    const choice = isHard ? 0 : (number + place) % 3 === 0 ? 2 : 1;
    const attempt = (text: number) => ({
      ...common,
      id: ulid(),
      type: "attempt.recorded",
      occurred_at: at,
      body: {
        session_id: ulid(),
        question_id: id,
        content_version: 1,
        answer: { choice: text },
        correct: text === 1,
        duration_ms: 4000,
      },
    });
    return [
      ...(isHard && place < 2 ? [attempt(choice), attempt(choice), attempt(choice)] : [attempt(choice)]),
      {
        ...common,
        id: ulid(),
        type: "progress.advanced",
        occurred_at: at,
        body: { skill_id: skill, mastery: Math.min(100, 10 + place * 17 + number), completed: [] },
      },
    ];
  });
  const broken = place === 1 ? ["{broken"] : [];
  const { status } = await push(
    stack,
    who,
    ndjson(
      header(who, { platform: place % 2 ? "ios" : "android", app_version: "1.4.0", content_version: 1 }),
      ...lines,
      ...broken,
    ),
  );
  if (status !== 200) throw new Error(`The batch was answered ${status}.`);
  return who.id;
}

/** Fills the stack. */
export async function fillSchool({ stack, users }: ConsoleBench): Promise<School> {
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  try {
    const questions = await sql<{ id: string; skill: string }[]>`
      select distinct on (q.skill_id) q.id, q.skill_id as skill from content.question q where q.type = 'single_choice' order by q.skill_id, q.position`;
    const learners: string[] = [];
    for (const [place, name] of LEARNERS.entries()) {
      const id = await study(stack, place, questions);
      await sql`update auth.users set email = ${`${name}@school.test`} where id = ${id}`;
      learners.push(id);
    }
    const [cohort] = await sql<{ id: string }[]>`select public.create_cohort('Biology 1') ->> 'id' as id`;
    const [other] = await sql<{ id: string }[]>`select public.create_cohort('Chemistry 2') ->> 'id' as id`;
    if (!cohort || !other || !questions[0]) throw new Error("The school is empty.");
    await sql`select public.add_cohort_members(${cohort.id}, ${learners})`;
    await sql`select public.add_cohort_staff(${cohort.id}, ${[users.instructor.id]})`;
    await sql`select ops.recount_answers()`;
    return { cohort: cohort.id, other: other.id, question: questions[0].id, learners };
  } finally {
    await sql.end();
  }
}

/** Edits drafts as the publishing page does: one changed, one withdrawn, one new. */
export async function editDrafts(stack: Stack): Promise<void> {
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  try {
    await sql`update content.question set difficulty = 1, explanation = 'The name comes from the water springing up.'
      where key = 'tides_and_waves/spring_tide'`;
    await sql`update content.question set choices[1] = 'In circles, hardly moving anywhere' where key = 'tides_and_waves/cork'`;
    await sql`update content.question set status = 'withdrawn' where key = 'storage/deleted_file'`;
    await sql`
      insert into content.question (skill_id, key, type, prompt, answer, position)
      select id, 'tides_and_waves/period', 'numeric', 'How many hours are between two high tides?', '{"value": "12.4", "tolerance": "0.2"}', 8
      from content.skill where key = 'tides_and_waves'`;
  } finally {
    await sql.end();
  }
}
