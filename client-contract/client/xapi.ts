// Attempts as xAPI statements, which learning record stores read. The form is valid in xAPI 1.0.3 and in 2.0 (IEEE 9274.1.1).
import type { AttemptRow } from "../contract/learner_rows.ts";
import { namedUuid } from "../contract/named_uuid.ts";

/** Namespace of ids that statements get of events and sessions: a statement's id must be a UUID of RFC 4122, and a ULID is none. */
const NAMESPACE = "6f1f1a9e-5a0c-5d6f-9a55-3c2f6d1b7e10";

/** Where verbs and types of activities are published. */
const ADL = "http://adlnet.gov/expapi";

/** What statements say beside the attempt. */
export interface XapiOptions {
  /** The learner's id. */
  learnerId: string;
  /** The address that names this deployment, such as the project's URL: learners, questions and skills are named below it. */
  homePage: string;
  /** Whether the learner's answer is in `result.response`. By default it is left out: a short text may hold anything. */
  answers?: boolean | undefined;
}

/** An attempt, and when support voided it where that is known. */
export type ExportedAttempt = AttemptRow & { voided_at?: string | null | undefined };

interface Agent {
  objectType: "Agent";
  account: { homePage: string; name: string };
}

interface Activity {
  objectType: "Activity";
  id: string;
  definition?: { type: string; interactionType?: string };
}

/** A statement, as far as Carrel makes them. */
export interface XapiStatement {
  id: string;
  actor: Agent;
  verb: { id: string; display: { en: string } };
  object: Activity | { objectType: "StatementRef"; id: string };
  result?: { success: boolean; response?: string; duration: string };
  context?: {
    registration: string;
    revision: string;
    contextActivities: { parent: Activity[] };
    extensions: Record<string, string | number | boolean>;
  };
  timestamp: string;
}

/** The interaction of xAPI that fits an answer, and the answer in its form. Undefined for an answer of no known type. */
function interactionOf(answer: AttemptRow["answer"]): { type: string; response: string } | undefined {
  const { choice, choices, value, text } = answer;
  if (typeof choice === "number") return { type: "choice", response: String(choice) };
  if (Array.isArray(choices)) return { type: "choice", response: choices.join("[,]") };
  if (typeof value === "boolean") return { type: "true-false", response: String(value) };
  if (typeof value === "string") return { type: "numeric", response: value };
  if (typeof text === "string") return { type: "fill-in", response: text };
  return undefined;
}

const utc = (instant: string) => new Date(instant).toISOString();

/**
 * The statement of an attempt; of a voided one also the statement that voids it. The ids follow from the learner and the event, so a record
 * store that gets an attempt again ignores it. Times are the device's, as the attempt has them.
 */
export function attemptStatements(attempt: ExportedAttempt, o: XapiOptions): XapiStatement[] {
  const home = o.homePage.replace(/\/+$/, "");
  const idOf = (name: string) => namedUuid(NAMESPACE, `${o.learnerId}/${name}`);
  const agent = (name: string): Agent => ({ objectType: "Agent", account: { homePage: home, name } });
  const activity = (kind: string, id: string) => ({
    objectType: "Activity" as const,
    id: `${home}/xapi/${kind}/${id}`,
  });
  const extension = (name: string) => `${home}/xapi/extensions/${name}`;
  const interaction = interactionOf(attempt.answer);
  const id = idOf(attempt.event_id);
  const answered: XapiStatement = {
    id,
    actor: agent(o.learnerId),
    verb: { id: `${ADL}/verbs/answered`, display: { en: "answered" } },
    object: {
      ...activity("questions", attempt.question_id),
      definition: interaction
        ? { type: `${ADL}/activities/cmi.interaction`, interactionType: interaction.type }
        : { type: `${ADL}/activities/question` },
    },
    result: {
      success: attempt.graded_correct ?? attempt.claimed_correct,
      ...(o.answers && interaction ? { response: interaction.response } : {}),
      // Hundredths of a second: xAPI compares durations no finer.
      duration: `PT${(attempt.duration_ms / 1000).toFixed(2)}S`,
    },
    context: {
      registration: idOf(attempt.session_id),
      revision: String(attempt.content_version),
      contextActivities: { parent: [activity("skills", attempt.skill_id)] },
      extensions: {
        [extension("event-id")]: attempt.event_id,
        [extension("graded-by")]: attempt.graded_correct === null ? "device" : "server",
        [extension("content-state")]: attempt.content_state,
        [extension("reset-count")]: attempt.reset_count,
        [extension("utc-offset-minutes")]: attempt.utc_offset_minutes,
      },
    },
    timestamp: utc(attempt.occurred_at),
  };
  if (!attempt.voided) return [answered];
  return [answered, {
    id: idOf(`${attempt.event_id}/voided`),
    actor: agent("support"),
    verb: { id: `${ADL}/verbs/voided`, display: { en: "voided" } },
    object: { objectType: "StatementRef", id },
    timestamp: utc(attempt.voided_at ?? attempt.occurred_at),
  }];
}
