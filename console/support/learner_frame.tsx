// What the pages about one learner have in common: who it is, the tabs, the reason, and whether answers are shown.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { LEARNER_TABS, learnerLink, type LearnerTab } from "./links.tsx";
import { WithReason } from "./with_reason.tsx";

/** What every call about a learner sends. */
export interface LearnerLook {
  learner: string;
  reason: string;
  with_answers: boolean;
}

function Looking(
  { learner, reason, hasAnswers, children }: {
    learner: string;
    reason: string;
    hasAnswers: boolean;
    children: (look: LearnerLook) => ComponentChildren;
  },
) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {hasAnswers && (
        <p class="note">
          {isOpen
            ? "The content of answers is asked for, which needs a grant by an administrator. "
            : "The content of answers is hidden. "}
          <button type="button" class="link" onClick={() => setOpen(!isOpen)}>
            {isOpen ? "Hide the content of answers" : "Show the content of answers"}
          </button>
        </p>
      )}
      {children({ learner, reason, with_answers: isOpen })}
    </>
  );
}

/** `hasAnswers`: whether the page may show answers. */
export function LearnerFrame(
  { learner, tab, hasAnswers, children }: {
    learner: string;
    tab: LearnerTab;
    hasAnswers: boolean;
    children: (look: LearnerLook) => ComponentChildren;
  },
) {
  return (
    <>
      <p>
        Learner <code>{learner}</code>
      </p>
      <ul class="tabs">
        {LEARNER_TABS.map(([name, label]) => (
          <li key={name}>
            <a href={learnerLink(learner, name)} aria-current={name === tab ? "page" : undefined}>{label}</a>
          </li>
        ))}
      </ul>
      <WithReason key={learner} whom={learner}>
        {(reason) => <Looking learner={learner} reason={reason} hasAnswers={hasAnswers}>{children}</Looking>}
      </WithReason>
    </>
  );
}
