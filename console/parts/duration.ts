// Durations as people read them.

const STEPS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000]] as const;

/** Milliseconds in the largest unit that fits: `4.5 hours`, `250 ms`; a dash for null. */
export function durationText(ms: number | null): string {
  if (ms === null) return "–";
  const step = STEPS.find(([, length]) => ms >= length);
  if (!step) return `${Math.round(ms)} ms`;
  const [name, length] = step;
  const count = Math.round((ms / length) * 10) / 10;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
