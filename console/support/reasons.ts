// Reasons for looks: asked once for each learner, sent with every call, and forgotten when the page is closed.

const reasons = new Map<string, string>();
const newest = new Map<string, string>();

/** `caller` is who looks: another person at the same browser is asked anew. `whom`: a learner, or what else is looked at. */
const keyOf = (caller: string, whom: string) => `${caller} ${whom}`;

/** The reason that was given, or undefined. */
export const reasonFor = (caller: string, whom: string): string | undefined =>
  reasons.get(keyOf(caller, whom));

/** Keeps a reason. */
export function keepReason(caller: string, whom: string, reason: string): void {
  reasons.set(keyOf(caller, whom), reason);
  newest.set(caller, reason);
}

/** What the field is filled with: a ticket mostly leads from one look to the next. */
export const newestReason = (caller: string): string => newest.get(caller) ?? "";
