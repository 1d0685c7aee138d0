// Database tests and catalogue sweeps.
import { findTests, runSuite } from "../pgtap/suite.ts";
import type { Step } from "../step.ts";

export const pgtap: Step = {
  name: "pgtap",
  about: "supabase/tests: pgTAP, each file in a transaction of its own",
  async run(progress) {
    const files = await findTests();
    return await runSuite(files, (_file, _report, done) => progress(`${done} of ${files.length} files`));
  },
};
