// Runs the Deno that package.json pins. npm's own bin link is not used: it would run through a second
// process that does not pass Ctrl-C on, and is missing where install scripts are switched off.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const suffix = process.platform === "win32" ? ".exe" : "";

/** The native binary: npm's optional platform package, resolved from the `deno` package. */
function denoBinary() {
  const linked = path.join(root, "node_modules", "deno", `deno${suffix}`);
  if (existsSync(linked)) return linked;
  const libc = process.platform === "linux" ? "-glibc" : "";
  try {
    const require = createRequire(path.join(root, "node_modules", "deno", "package.json"));
    return require.resolve(`@deno/${process.platform}-${process.arch}${libc}/deno${suffix}`);
  } catch {
    console.error("Deno is not installed for this machine. Run `npm ci` first.");
    process.exit(1);
  }
}

const quiet = { DENO_NO_UPDATE_CHECK: "1", NO_UPDATE_NOTIFIER: "1" };
// Deno colours its error messages in pipes too.
const plain = process.stdout.isTTY && process.stderr.isTTY ? {} : { NO_COLOR: "1" };
// Commands are short: with 8 MB for young objects V8 collects nothing while modules load, which takes a fifth of the CPU of a start.
const [subcommand, ...rest] = process.argv.slice(2);
const args = subcommand === "run"
  ? ["run", "--v8-flags=--min-semi-space-size=8", ...rest]
  : process.argv.slice(2);
const child = spawn(denoBinary(), args, {
  stdio: "inherit",
  env: { ...process.env, ...quiet, ...plain },
});
// A terminal sends Ctrl-C to the whole group; a supervisor sends SIGTERM to this process alone.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(signal ? 1 : code ?? 1));
