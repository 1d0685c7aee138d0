// Calls the Supabase CLI that package.json pins, against a throw-away database.
import type { z } from "zod";
import type { Cluster } from "../local/postgres/cluster.ts";
import { lastLines, run } from "./process.ts";
import { root } from "./project.ts";

const PROGRAM = `${root}/node_modules/supabase/dist/supabase.js`;

/** Runs a command as postgres and reads its JSON; throws with what the CLI printed when it fails. */
export async function supabaseCli<T extends z.ZodType>(
  cluster: Cluster,
  command: string[],
  result: T,
): Promise<z.infer<T>> {
  // The CLI writes its telemetry settings to its home folder, which a bare machine's account may lack.
  const home = await Deno.makeTempDir({ prefix: "carrel-cli-" });
  try {
    const url = `${cluster.url("postgres")}?sslmode=disable`;
    const args = [PROGRAM, ...command, "--db-url", url, "--output-format", "json", "--yes", "--agent", "no"];
    const env = { DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", SUPABASE_HOME: home };
    const { code, stdout, stderr } = await run("node", args, { env, seconds: 600 });
    if (code !== 0) {
      throw new Error(`supabase ${command.join(" ")} ended with ${code}\n${lastLines(stdout + stderr)}`);
    }
    return result.parse(JSON.parse(stdout));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
