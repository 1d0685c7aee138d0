// Links between the pages of support, and texts that they share.
import { linkTo } from "../shell/route.ts";

/** The pages about one learner. */
export const LEARNER_TABS = [
  ["timeline", "Timeline"],
  ["quarantine", "Stuck events"],
  ["devices", "Devices"],
] as const;
/** One of them. */
export type LearnerTab = typeof LEARNER_TABS[number][0];

/** The address of a page about a learner. */
export const learnerLink = (learner: string, tab: LearnerTab = "timeline") =>
  linkTo(["support", "learners", learner, tab]);

/** A link to what happened to an event. */
export function EventLink({ event, learner }: { event: string; learner?: string | null }) {
  return <a href={linkTo(["support", "event"], { event, learner: learner ?? undefined })}>{event}</a>;
}

/** More about an entry, closed at first. */
export function Details({ of: name, value }: { of: string; value: unknown }) {
  return (
    <details>
      <summary>
        Details<span class="unseen">{` of ${name}`}</span>
      </summary>
      <pre tabIndex={0}>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
