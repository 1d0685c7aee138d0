// Whether people look at the app. In the background a platform freezes timers and sockets without a word.
import type { Clock } from "./clock.ts";

/** An app's foreground and background, as its platform tells them apart. */
export interface Foreground {
  /** Calls `changed` at each change, and returns what ends that. */
  subscribe(changed: (isForeground: boolean) => void): () => void;
}

/** What is needed of a browser's `document`. */
interface Page {
  readonly visibilityState: string;
  addEventListener(type: "visibilitychange", changed: () => void): void;
  removeEventListener(type: "visibilitychange", changed: () => void): void;
}

/** The foreground of a page in a browser; `page` is its `document`. */
export function pageForeground(page: Page): Foreground {
  return {
    subscribe(changed) {
      const tell = () => changed(page.visibilityState !== "hidden");
      page.addEventListener("visibilitychange", tell);
      return () => page.removeEventListener("visibilitychange", tell);
    },
  };
}

/** How work follows an app's foreground. */
interface ForegroundOptions {
  /** Milliseconds in the background after which the work is ended. */
  awayMs: number;
  clock: Clock;
  /** Its abort ends everything. */
  signal: AbortSignal;
}

/**
 * Runs work while the app is in the foreground. After `awayMs` in the background its signal is aborted, and it begins anew when the app is
 * back. Where the platform froze the timers, both happen when the app is back. `work` resolves after its signal was aborted.
 */
export async function runInForeground(
  foreground: Foreground,
  { awayMs, clock, signal }: ForegroundOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let stretch = new AbortController();
  let away: { since: number; timer: AbortController; ended: Promise<void>; end: () => void } | undefined;

  function leave(): void {
    if (away) return;
    const timer = new AbortController();
    let end = () => {};
    const ended = new Promise<void>((resolve) => end = resolve);
    away = { since: clock.now(), timer, ended, end };
    clock.sleep(awayMs, timer.signal).then(() => stretch.abort(), () => {});
  }

  function comeBack(): void {
    if (!away) return;
    const { since, timer, end } = away;
    away = undefined;
    timer.abort();
    // Either way: a clock that was set back says nothing about how long it was.
    if (Math.abs(clock.now() - since) >= awayMs) stretch.abort();
    end();
  }

  const unsubscribe = foreground.subscribe((isForeground) => isForeground ? comeBack() : leave());
  signal.addEventListener("abort", comeBack, { once: true });
  while (!signal.aborted) {
    stretch = new AbortController();
    await work(AbortSignal.any([signal, stretch.signal]));
    await away?.ended;
  }
  unsubscribe();
}
