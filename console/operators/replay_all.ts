// Replays all waiting events of a code, after a fix of the server.
import type { SupportRpc } from "../../client-contract/client/support.ts";

/** Replays step by step until nothing is left but learners who are syncing. */
export async function replayAll(
  { replayForAll }: Pick<SupportRpc, "replayForAll">,
  code: string,
  reason: string,
): Promise<{ applied: number; remaining: number }> {
  let applied = 0;
  let began: string | undefined;
  for (;;) {
    const step = await replayForAll({ with_code: code, tried_before: began, reason });
    applied += step.applied;
    began ??= step.began_at;
    if (step.remaining === 0 || step.learners === 0) return { applied, remaining: step.remaining };
  }
}
