// Reads what `deno check` prints; the same form in Deno 2.1 and 2.9.
import { lastLines } from "./process.ts";
import { fromRoot } from "./project.ts";
import type { Failure } from "./step.ts";

const ERROR = /^(?:error: )?(TS\d+) \[ERROR\]: /m;
const PLACE = /^\s*at (\S+?):(\d+):\d+$/m;

/** Type errors in the output of `deno check`, or one failure with its last lines where there are none. */
export function readTypeErrors(output: string, fallbackPlace: string): Failure[] {
  const failures = output.split(/\n\n/).flatMap((block): Failure[] => {
    const start = ERROR.exec(block);
    if (!start) return [];
    const [message = "", ...rest] = block.slice(start.index).replace(ERROR, "").split("\n");
    const place = PLACE.exec(block);
    const detail = rest.filter((line) => !PLACE.test(line)).join("\n");
    const at = place ? `${fromRoot(place[1] ?? "")}:${place[2]}` : fallbackPlace;
    return [{ at, message: `${message} (${start[1]})`, detail }];
  });
  if (failures.length > 0) return failures;
  return [{ at: fallbackPlace, message: "deno check failed", detail: lastLines(output) }];
}
