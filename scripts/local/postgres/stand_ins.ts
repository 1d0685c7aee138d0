// Extensions that hosted has and the packaged PostgreSQL lacks: pg_cron, pg_net and Vault, in SQL alone. What they
// do outside the database is done by the stack's workers. All but Vault, which hosted preinstalls, are trusted, so
// that the role postgres, which is no superuser, creates them with hosted's own statements.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("extensions/", import.meta.url));

/** The stand-ins' files by name: for each extension its control file and its script. */
export async function standInFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { name } of Deno.readDir(FOLDER)) files.set(name, await Deno.readFile(join(FOLDER, name)));
  return new Map([...files].sort());
}

/** Puts them into PostgreSQL's extension folder. */
export async function installStandIns(extensionFolder: string): Promise<void> {
  for (const [name, bytes] of await standInFiles()) {
    const file = join(extensionFolder, name);
    await Deno.writeFile(file, bytes);
    await Deno.chmod(file, 0o644);
  }
}
