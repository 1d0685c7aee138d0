// Prometheus and its checker promtool, where they are installed or fetched (`fetch_debian.sh prometheus prometheus`).
import { join } from "node:path";
import { WORK_FOLDER } from "../start/project.ts";

/** Where fetch_debian.sh puts them. The search path of the system comes first. */
const FETCHED = join(WORK_FOLDER, "prometheus/usr/bin");
const env = { PATH: `${Deno.env.get("PATH") ?? ""}:${FETCHED}` };

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], env, stdout: "null", stderr: "null" })
      .output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether the programs are there. If not, says in a line what is skipped. */
export async function hasPrometheus(skipped: string): Promise<boolean> {
  const found = await isInstalled("promtool") && await isInstalled("prometheus");
  if (!found) console.log(`Skipped, because Prometheus is not installed: ${skipped}.`);
  return found;
}

/** Runs promtool with a text as its input; returns what it printed, and whether it succeeded. */
export async function promtool(args: string[], input = ""): Promise<{ success: boolean; text: string }> {
  const child = new Deno.Command("promtool", { args, env, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  // A checker that refuses its arguments reads no input.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { success, text };
}

/** Starts Prometheus with a configuration; the caller ends it. */
export function startPrometheus(args: string[]): Deno.ChildProcess {
  return new Deno.Command("prometheus", { args, env, stdout: "null", stderr: "null" }).spawn();
}
