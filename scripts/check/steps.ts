// The steps of `npm test`. The long test run has a lane of its own; on the other one cheap steps come first, so that a slip
// shows within seconds.
import type { Step } from "./step.ts";
import { advisors } from "./steps/advisors.ts";
import { breaking } from "./steps/breaking.ts";
import { browser } from "./steps/browser.ts";
import { catalogue } from "./steps/catalogue.ts";
import { cli } from "./steps/cli.ts";
import { dart } from "./steps/dart.ts";
import { denoTest } from "./steps/deno_test.ts";
import { docs } from "./steps/docs.ts";
import { drift } from "./steps/drift.ts";
import { exports } from "./steps/exports.ts";
import { format } from "./steps/format.ts";
import { imports } from "./steps/imports.ts";
import { layers } from "./steps/layers.ts";
import { lint } from "./steps/lint.ts";
import { packageStep } from "./steps/package.ts";
import { pgtap } from "./steps/pgtap.ts";
import { prose } from "./steps/prose.ts";
import { style } from "./steps/style.ts";
import { types } from "./steps/types.ts";
import { typesHosted } from "./steps/types_hosted.ts";

/** All steps, in the order in which they start. */
export const steps: Step[] = [
  denoTest,
  format,
  lint,
  style,
  layers,
  prose,
  imports,
  exports,
  types,
  typesHosted,
  drift,
  breaking,
  catalogue,
  pgtap,
  packageStep,
  dart,
  browser,
  cli,
  advisors,
  docs,
];
