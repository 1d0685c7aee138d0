// Makes, renames and archives a cohort.
import { useState } from "preact/hooks";
import type { Cohort } from "../../client-contract/client/instructor.ts";
import { Confirm } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { useApi } from "../shell/context.ts";

interface DialogProps {
  onDone: (text: string) => void;
  onClose: () => void;
}

/** Asks for the name of a new cohort, or for another name. */
export function NameDialog({ cohort, onDone, onClose }: DialogProps & { cohort?: Cohort }) {
  const { instructor } = useApi();
  const [name, setName] = useState(cohort?.name ?? "");
  const save = async () => {
    if (cohort) await instructor.setCohort({ cohort: cohort.id, name: name.trim() });
    else await instructor.createCohort({ name: name.trim() });
    onDone(cohort ? `The cohort is called ${name.trim()} now.` : `The cohort ${name.trim()} is there.`);
  };
  return (
    <Confirm
      title={cohort ? "Rename the cohort" : "Make a cohort"}
      action={cohort ? "Rename" : "Make"}
      problem={name.trim() === "" ? "A name is required." : null}
      onConfirm={save}
      onClose={onClose}
    >
      <Field label="Name" maxLength={200} autoComplete="off" value={name} onValue={setName} />
    </Confirm>
  );
}

/** Archives a cohort, or takes it back. */
export function ArchiveDialog({ cohort, onDone, onClose }: DialogProps & { cohort: Cohort }) {
  const { instructor } = useApi();
  const isArchived = cohort.archived_at !== null;
  const change = async () => {
    await instructor.setCohort({ cohort: cohort.id, archived: !isArchived });
    onDone(isArchived ? "The cohort is open to its instructors again." : "The cohort is archived.");
  };
  return (
    <Confirm
      title={isArchived ? "Take the cohort back" : "Archive the cohort"}
      action={isArchived ? "Take back" : "Archive"}
      word={isArchived ? undefined : "archive"}
      onConfirm={change}
      onClose={onClose}
    >
      <p>
        {isArchived
          ? `The instructors of ${cohort.name} can read about its learners again.`
          : `The instructors of ${cohort.name} can no longer read about its learners. Administrators still can, and can take it back.`}
      </p>
    </Confirm>
  );
}
