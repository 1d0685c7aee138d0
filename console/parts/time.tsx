// A time with its zone.
import { timeText } from "./format.ts";

/** `at` is the server's text; the tooltip has the same time in UTC. Nothing for null. */
export function Time({ at }: { at: string | null }) {
  if (at === null) return <span>–</span>;
  return <time dateTime={at} title={new Date(at).toISOString()}>{timeText(at)}</time>;
}
