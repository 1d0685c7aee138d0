// Runs the contract suite and prints its report:
//   node scripts/deno.mjs run -A scripts/local/contract/main.ts
import { fileURLToPath } from "node:url";

const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "-A",
    "--no-check",
    fileURLToPath(new URL("./contract.test.ts", import.meta.url)),
    ...Deno.args,
  ],
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
}).spawn().status;
Deno.exit(code);
