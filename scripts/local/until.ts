// Waiting in tests, on a machine of any speed: for what will happen, and never for how long that takes.
import { setTimeout as delay } from "node:timers/promises";

/** Who has waited so long has found a fault, and not a slow machine. */
const PATIENCE_MS = 180_000;

/** Resolves when the condition holds, which is looked at every `everyMs`; `what` names it in the error. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  everyMs = 10,
): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !await holds(); await delay(everyMs)) {
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    }
  }
}

/** The promise's own end; for what would never end if it waited for something else. */
export async function ended<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  let isSettled = false;
  const settled = () => void (isSettled = true);
  promise.then(settled, settled);
  await until(what, () => isSettled);
  return await promise;
}
