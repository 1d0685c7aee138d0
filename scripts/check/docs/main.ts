// Follows some pages only: `node scripts/deno.mjs run -A scripts/check/docs/main.ts publishing`. The argument is a part of the path.
import { renderFailures } from "../report.ts";
import { readProjectFile } from "../project.ts";
import { followPage } from "./page.ts";
import { pages } from "./pages.ts";

const wanted = (await pages()).filter((path) => Deno.args.every((part) => path.includes(part)));
let failed = wanted.length === 0;
for (const path of wanted) {
  const { passed, failures, notRun } = await followPage(path, await readProjectFile(path));
  console.log(`${path}: ${passed} blocks hold, ${failures.length} do not, ${notRun} are not run`);
  if (failures.length > 0) console.log(renderFailures(failures));
  failed ||= failures.length > 0;
}
Deno.exit(failed ? 1 : 0);
