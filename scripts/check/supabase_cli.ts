// Calls the Supabase CLI that package.json pins, against a database.
import type { z } from "zod";
import { withTls } from "../../supabase/functions/_shared/connection.ts";
import { lastLines, run } from "./process.ts";
import { root } from "./project.ts";

const PROGRAM = `${root}/node_modules/supabase/dist/supabase.js`;

/** A connection string without its password, which a list of processes would show, and the password. */
function forArguments(databaseUrl: string): [url: string, password: string] {
  const url = new URL(withTls(databaseUrl));
  const password = decodeURIComponent(url.password);
  url.password = "";
  // This machine's server has no TLS, and the CLI would want it.
  if (!url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable");
  return [url.href, password];
}

/** Runs a command on a database and reads its JSON; throws with what the CLI printed when it fails. */
export async function supabaseCli<T extends z.ZodType>(
  databaseUrl: string,
  command: string[],
  result: T,
): Promise<z.infer<T>> {
  // The CLI writes its telemetry settings to its home folder, which a bare machine's account may lack.
  const home = await Deno.makeTempDir({ prefix: "carrel-cli-" });
  try {
    const [url, password] = forArguments(databaseUrl);
    const args = [PROGRAM, ...command, "--db-url", url, "--output-format", "json", "--yes", "--agent", "no"];
    const env = {
      DO_NOT_TRACK: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
      SUPABASE_HOME: home,
      PGPASSWORD: password,
    };
    const { code, stdout, stderr } = await run("node", args, { env, seconds: 600 });
    if (code !== 0) {
      throw new Error(`supabase ${command.join(" ")} ended with ${code}\n${lastLines(stdout + stderr)}`);
    }
    return result.parse(JSON.parse(stdout));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
