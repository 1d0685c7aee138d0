// Runs the studying process, to its end or until it is killed in the middle of its work.
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./study.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Who studies what. */
export interface Studying {
  file: string;
  learnerId: string;
  deviceId: string;
  skillId: string;
  count: number;
}

/**
 * Studies; gives the ids of the answers that the process said were written. With `killAfter` it is killed (SIGKILL)
 * as soon as it has said that many, while it writes the next.
 */
export async function study(o: Studying, killAfter?: number): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--config",
      CONFIG,
      PROGRAM,
      o.file,
      o.learnerId,
      o.deviceId,
      o.skillId,
      String(o.count),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const written: string[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    written.push(...lines);
    if (killAfter !== undefined && written.length >= killAfter) {
      child.kill("SIGKILL");
      break;
    }
  }
  const status = await child.status;
  if (killAfter === undefined && !status.success) throw new Error("the studying process failed");
  return written.filter((line) => line !== "done");
}
