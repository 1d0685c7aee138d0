// All requirements, theme by theme.
import type { Theme } from "../requirement.ts";
import { cache } from "./cache.ts";
import { content } from "./content.ts";
import { deadLetters } from "./dead_letters.ts";
import { identity } from "./identity.ts";
import { merge } from "./merge.ts";
import { outbox } from "./outbox.ts";
import { pull } from "./pull.ts";
import { release } from "./release.ts";
import { restore } from "./restore.ts";
import { results } from "./results.ts";
import { retry } from "./retry.ts";
import { schedule } from "./schedule.ts";
import { steering } from "./steering.ts";

/** The themes in the order of the page. */
export const THEMES: readonly Theme[] = [
  outbox,
  retry,
  results,
  pull,
  merge,
  content,
  release,
  cache,
  steering,
  schedule,
  deadLetters,
  identity,
  restore,
];
