// Adds or removes a list of people, as it is typed or pasted.
import { useState } from "preact/hooks";
import type { PersonResult } from "../../client-contract/client/instructor.ts";
import { Confirm } from "../parts/dialog.tsx";
import { TextArea } from "../parts/field.tsx";
import { useApi } from "../shell/context.ts";
import { listProblem, peopleOf } from "./people_words.ts";

/** What may be done to a list of people. */
export type ListAction = "add learners" | "remove learners" | "add instructors";

const TEXTS: Readonly<Record<ListAction, { title: string; action: string; about: string }>> = {
  "add learners": {
    title: "Add learners",
    action: "Add",
    about: "The instructors of the cohort can read about these learners, one by one.",
  },
  "remove learners": {
    title: "Remove learners",
    action: "Remove",
    about:
      "The instructors of the cohort can no longer read about these learners. Nothing of the learners' own is lost.",
  },
  "add instructors": {
    title: "Add instructors",
    action: "Add",
    about: "These instructors can read about the learners of the cohort, one by one.",
  },
};

/** Asks for the list. Removing asks for a typed word, because it takes reading rights away. */
export function PeopleDialog({ cohort, chosen, onDone, onClose }: {
  cohort: string;
  chosen: ListAction;
  onDone: (results: PersonResult[]) => void;
  onClose: () => void;
}) {
  const { instructor } = useApi();
  const [text, setText] = useState("");
  const people = peopleOf(text);
  const { title, action, about } = TEXTS[chosen];
  const change = async () =>
    onDone(
      chosen === "add instructors"
        ? await instructor.addStaff({ cohort, instructors: people })
        : chosen === "add learners"
        ? await instructor.addMembers({ cohort, learners: people })
        : await instructor.removeMembers({ cohort, learners: people }),
    );
  return (
    <Confirm
      title={title}
      action={action}
      word={chosen === "remove learners" ? "remove" : undefined}
      problem={listProblem(people)}
      onConfirm={change}
      onClose={onClose}
    >
      <p>{about}</p>
      <TextArea
        label="E-mail addresses or ids"
        hint="One a line, or separated by commas. A learner's page shows the id of a learner without an address."
        value={text}
        onValue={setText}
      />
    </Confirm>
  );
}
