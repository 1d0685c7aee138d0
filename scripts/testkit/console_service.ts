// What the pages of operators and support show: hours of arrivals, a failing job, a dead letter, and events that are stuck.
import type postgres from "postgres";
import { ulid } from "ulid";
import type { Stack } from "../local/stack.ts";
import {
  event,
  header,
  type Learner,
  ndjson,
  newLearner,
  push,
} from "../../supabase/tests/functions/bench.ts";

/** Hours of arrivals, a failing job and a dead letter. */
export async function fillService(sql: postgres.Sql): Promise<void> {
  await sql`insert into ops.health_hour
    select date_trunc('hour', now() - make_interval(hours => h), 'UTC'), m.metric, m.label, m.amount * (10 + h % 5)
    from generate_series(1, 12) h
    cross join (values ('events', 'attempt.recorded', 40), ('outbox_events', 'made', 41), ('outbox_events', 'held', 40),
      ('answer_delay', '5', 30), ('answer_delay_ms', '', 60000), ('dead_letters', '', 1)) m (metric, label, amount)`;
  await sql`select ops.measure_health()`;
  await sql`update ops.job set failures = 3, last_error = 'no answer (57014)' where name = 'webhooks'`;
  await sql`select public.add_webhook_endpoint('https://cdn.example.com/hooks/carrel', description => 'CDN purge')`;
  await sql`update content.question set difficulty = 5 where key = 'tides_and_waves/spring_tide'`;
  await sql`select public.publish_release('Harder')`;
  await sql`update ops.webhook_delivery set state = 'dead', next_attempt_at = null, settled_at = now(), attempts = 12`;
}

/** A learner with a good event, one without a valid session, one text that is no event, and a question's answer. */
export async function studyWithErrors(stack: Stack, sql: postgres.Sql) {
  const learner: Learner = await newLearner(stack);
  const [question] =
    await sql`select id from content.question where type = 'single_choice' order by key limit 1`;
  const good = event(learner);
  const wrong = event(learner, { body: { session_id: 7, content_version: 1 } });
  const answer = event(learner, {
    type: "attempt.recorded",
    body: {
      session_id: ulid(),
      question_id: question?.id,
      content_version: 1,
      answer: { choice: 1 },
      correct: true,
      duration_ms: 5,
    },
  });
  const first = header(learner);
  const { status } = await push(stack, learner, ndjson(first, good, wrong, answer, "{]"));
  if (status !== 200) throw new Error(`The batch was answered ${status}.`);
  return { learner, good, wrong, batch: String(first.batch_id) };
}
