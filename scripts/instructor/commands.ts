// What `npm run instructor` can do: each command, its function of the database, and its columns.
import { UsageError } from "../command/command.ts";

/** What a command line says beside the command. */
export interface Given {
  cohort: string | undefined;
  question: string | undefined;
  learner: string | undefined;
  by: string;
  sort: string;
  /** Operands after the command, and the lines of --file. */
  words: readonly string[];
}

/** One command. */
export interface InstructorCommand {
  about: string;
  /** The function of the schema public. */
  calls: string;
  /** Its parameters with their types. `cohort` and `question` are ids by now. */
  parameters(given: Given): readonly (readonly [name: string, type: string, value: unknown])[];
  /** Columns for people; CSV and JSON have all. */
  columns: readonly string[];
  /** Whether the function has pages. */
  isPaged: boolean;
  /** Whether the function returns one JSON value rather than rows. */
  isValue?: true;
  /** Rows that only say where the next page begins. */
  isEmpty?(row: Readonly<Record<string, unknown>>): boolean;
}

const cohortOf = ({ cohort }: Given) => ["cohort", "uuid", cohort ?? null] as const;

function needed<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw new UsageError(`${option} is missing.`);
  return value;
}

const ownCohort = (given: Given) => [cohortOf({ ...given, cohort: needed(given.cohort, "--cohort") })];

function people(name: "learners" | "instructors") {
  return (given: Given) => {
    if (given.words.length === 0) throw new UsageError("Name ids or e-mail addresses, or give --file.");
    return [...ownCohort(given), [name, "text[]", given.words] as const];
  };
}
const person = ["result", "person", "id"];

/** All commands by name. */
export const COMMANDS: Readonly<Record<string, InstructorCommand>> = {
  cohorts: {
    about: "the cohorts that you may read",
    calls: "cohorts",
    parameters: () => [],
    columns: ["name", "members", "staff", "archived_at"],
    isPaged: true,
  },
  learners: {
    about: "a cohort's learners: activity, accuracy, sync state, reasons to help",
    calls: "cohort_learners",
    parameters: (given) => [cohortOf(given)],
    columns: [
      "email",
      "last_day",
      "streak",
      "days_28",
      "attempts",
      "first_accuracy",
      "tries_to_success",
      "sync_state",
      "needs_help",
    ],
    isPaged: true,
  },
  help: {
    about: "who needs help, and why",
    calls: "needs_help",
    parameters: (given) => [cohortOf(given)],
    columns: ["email", "reason", "since", "question_key", "failures", "detail"],
    isPaged: true,
    isEmpty: (row) => row.reason === null,
  },
  sync: {
    about: "how each device syncs",
    calls: "sync_states",
    parameters: (given) => [cohortOf(given)],
    columns: ["email", "platform", "app_version", "state", "since", "waiting", "refused", "code"],
    isPaged: true,
  },
  progress: {
    about: "a cohort's progress by learner and skill",
    calls: "cohort_progress",
    parameters: ownCohort,
    columns: ["learner_id", "skill_key", "mastery", "completed", "attempts", "correct"],
    isPaged: true,
  },
  accuracy: {
    about: "accuracy by cohort, domain, skill or question; by revision with --question",
    calls: "accuracy",
    parameters: (given) => [
      ["by", "text", given.by],
      cohortOf(given),
      ["question", "uuid", given.question ?? null],
      ["sort", "text", given.sort],
    ],
    columns: [
      "key",
      "version",
      "learners",
      "attempts",
      "accuracy",
      "first_accuracy",
      "tries_to_success",
      "outdated",
      "skipped",
    ],
    isPaged: true,
  },
  choices: {
    about: "how often each choice of --question was chosen",
    calls: "answer_choices",
    parameters: (given) => [["question", "uuid", needed(given.question, "--question")], cohortOf(given)],
    columns: ["version", "choice", "label", "is_right", "learners", "attempts", "share"],
    isPaged: true,
  },
  answers: {
    about: "one learner by question; --learner is an id",
    calls: "learner_answers",
    parameters: (given) => [["learner", "uuid", needed(given.learner, "--learner")]],
    columns: ["question_key", "attempts", "correct", "first_correct", "tries_to_success", "last_correct"],
    isPaged: true,
  },
  staff: {
    about: "a cohort's instructors",
    calls: "cohort_staff",
    parameters: ownCohort,
    columns: ["email", "staff_id", "added_at"],
    isPaged: false,
  },
  create: {
    about: "create a cohort NAME (admins)",
    calls: "create_cohort",
    parameters: ({ words }) => [["name", "text", needed(words[0], "A name")]],
    columns: ["name", "id"],
    isPaged: false,
    isValue: true,
  },
  rename: {
    about: "rename --cohort to NAME (admins)",
    calls: "set_cohort",
    parameters: (given) => [...ownCohort(given), ["name", "text", needed(given.words[0], "A name")]],
    columns: ["name", "id"],
    isPaged: false,
    isValue: true,
  },
  archive: {
    about: "close --cohort to its instructors (admins)",
    calls: "set_cohort",
    parameters: (given) => [...ownCohort(given), ["archived", "boolean", true]],
    columns: ["name", "id", "archived_at"],
    isPaged: false,
    isValue: true,
  },
  unarchive: {
    about: "open --cohort again (admins)",
    calls: "set_cohort",
    parameters: (given) => [...ownCohort(given), ["archived", "boolean", false]],
    columns: ["name", "id", "archived_at"],
    isPaged: false,
    isValue: true,
  },
  add: {
    about: "add learners by id or e-mail (admins)",
    calls: "add_cohort_members",
    parameters: people("learners"),
    columns: person,
    isPaged: false,
  },
  remove: {
    about: "remove learners (admins)",
    calls: "remove_cohort_members",
    parameters: people("learners"),
    columns: person,
    isPaged: false,
  },
  "add-staff": {
    about: "let instructors read about a cohort (admins)",
    calls: "add_cohort_staff",
    parameters: people("instructors"),
    columns: person,
    isPaged: false,
  },
  "remove-staff": {
    about: "end that (admins)",
    calls: "remove_cohort_staff",
    parameters: people("instructors"),
    columns: person,
    isPaged: false,
  },
};
