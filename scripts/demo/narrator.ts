// The demo's voice: what happens, and every claim with its check.

/** Tells the day. */
export interface Narrator {
  /** A new chapter. */
  chapter(title: string): void;
  /** What is happening. */
  tell(line: string): void;
  /** A claim, and whether it holds. */
  check(claim: string, holds: boolean): void;
  /** A claim that two values are the same, both shown where they are not. */
  same(claim: string, actual: unknown, expected: unknown): void;
  /** Closes the day; how many claims held and failed. */
  close(): { passed: number; failed: number };
}

/** Prints to standard output, with the seconds since the start. */
export function createNarrator(): Narrator {
  const started = performance.now();
  const counts = { passed: 0, failed: 0 };
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`;

  function check(claim: string, holds: boolean): void {
    counts[holds ? "passed" : "failed"]++;
    console.log(`  ${holds ? "✓" : "✗ FAILED:"} ${claim}`);
  }

  return {
    chapter: (title) => console.log(`\n${seconds()}  ${title}`),
    tell: (line) => console.log(`    ${line}`),
    check,
    same(claim, actual, expected) {
      const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
      check(a === e ? claim : `${claim}\n      is       ${a}\n      expected ${e}`, a === e);
    },
    close() {
      console.log(`\n${seconds()}  ${counts.passed} claims held, ${counts.failed} failed`);
      return counts;
    },
  };
}
