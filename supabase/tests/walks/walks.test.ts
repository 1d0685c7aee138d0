// docs/changing.md is followed to the letter in a copy of the project: a third content schema and a sixth question type.
import { readProjectFile } from "../../../scripts/check/project.ts";
import { copyProject, readWalk } from "./walk.ts";

const DIFFERENTIAL = "client-contract/contract/question_differential.test.ts";

Deno.test("C8, I6: a content schema and a question type are added as docs/changing.md says", async (t) => {
  const page = await readProjectFile("docs/changing.md");
  const schema = readWalk(page, "Add a content schema");
  const type = readWalk(page, "Add a question type");
  await using copy = await copyProject();
  await t.step("C8: every block of the page fits its file", async () => {
    await copy.apply(schema);
    await copy.apply(type);
  });
  await t.step("C8: the copy generates and type-checks", async () => {
    await copy.deno("run", "-A", "scripts/generate/main.ts");
    await copy.deno(
      "check",
      "client-contract/device/mod.ts",
      "scripts/content/line.ts",
      DIFFERENTIAL,
      "scripts/testkit/device/answers.ts",
    );
  });
  await t.step(
    "C8: releases and devices have the new schema, and older schemas keep their bytes",
    async () => {
      await copy.deno("run", "-A", "supabase/tests/walks/third_schema.ts", schema.sql.join("\n"));
    },
  );
  await t.step("I6: the contract and SQL grade the new type alike", async () => {
    await copy.deno("test", "-A", "--no-check", "--filter", "same verdict", DIFFERENTIAL);
  });
});
