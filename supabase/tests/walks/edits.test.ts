// The shorter walks of docs/changing.md fit the sources: all are applied to one copy, which then generates, type-checks, and passes
// the tests that they change.
import { readProjectFile } from "../../../scripts/check/project.ts";
import { copyProject, readWalk } from "./walk.ts";

const WALKS = [
  "Add an event type",
  "Add an event type of the learner",
  "Add a steering value",
  "Add an error code",
  "Change the streak law",
];
/** The tests that the walks change. */
const TESTS = [
  "telemetry/plan_rules_name_their_field",
  "progress/streak_days_are_local",
  "ingest/every_rule_names_its_field",
];

Deno.test("K1: the walks of docs/changing.md fit the sources", async (t) => {
  const page = await readProjectFile("docs/changing.md");
  await using copy = await copyProject();
  for (const heading of WALKS) {
    await t.step(`K1: "${heading}" names places that exist`, async () => {
      const walk = readWalk(page, heading);
      if (walk.edits.length === 0) throw new Error(`docs/changing.md has no walk "${heading}"`);
      await copy.apply(walk);
    });
  }
  await t.step("K1: the copy with all of these walks generates and type-checks", async () => {
    await copy.deno("run", "-A", "scripts/generate/main.ts");
    await copy.deno(
      "check",
      "client-contract/mod.ts",
      "client-contract/device/mod.ts",
      "supabase/functions/sync/index.ts",
    );
  });
  await t.step("K1: the copy passes the tests that these walks change", async () => {
    await copy.deno("run", "-A", "scripts/check/pgtap/main.ts", ...TESTS);
  });
});
