// Runs pgTAP files by themselves, for quick work on one of them:
//   node scripts/deno.mjs run -A scripts/check/pgtap/main.ts [part of a path]...
import { root } from "../project.ts";
import { closingLine, renderFailures } from "../report.ts";
import { findTests, runSuite } from "./suite.ts";

const since = performance.now();
const files = new Set<string>();
for (const part of Deno.args.length > 0 ? Deno.args : [""]) {
  const found = await findTests(part.replace(`${root}/`, ""));
  if (found.length === 0) {
    console.error(
      `No file below supabase/tests ends in .test.sql and has ${JSON.stringify(part)} in its path.`,
    );
    Deno.exit(1);
  }
  for (const file of found) files.add(file);
}
const result = await runSuite([...files], (file, { passed, failures }) => {
  console.log(`${failures.length > 0 ? "FAILED" : "ok    "}  ${String(passed).padStart(3)}  ${file}`);
});
if (result.failures.length > 0) console.log(`\n${renderFailures(result.failures).trimEnd()}`);
const seconds = (performance.now() - since) / 1000;
console.log(`\n${files.size} files in ${seconds.toFixed(1)} s`);
console.log(closingLine([{ ...result, name: "pgtap", seconds }]));
Deno.exit(result.failures.length > 0 ? 1 : 0);
