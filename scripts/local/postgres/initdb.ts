// Makes an empty cluster as hosted makes its own: superuser supabase_admin, UTF-8, ICU's en-US.
import { dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { serverUser } from "./folders.ts";
import { LOCAL_PASSWORD } from "./url.ts";

async function run(binaries: Binaries, args: string[]): Promise<void> {
  const command = new Deno.Command(binaries.initdb, { args, cwd: "/", stdin: "null", ...serverUser() });
  const output = await command.output();
  if (output.success) return;
  const said = new TextDecoder().decode(output.stderr) + new TextDecoder().decode(output.stdout);
  throw new Error(`initdb failed:\n${said.trim()}`);
}

/** A folder that belongs to PostgreSQL's user and is closed to everybody else, as PostgreSQL insists. */
async function makeDataFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { mode: 0o700 });
  const user = serverUser();
  if (user) await Deno.chown(folder, user.uid, user.gid);
}

/** The key of Vault, beside the data: PostgreSQL takes paths relative to its data folder. */
async function makeVaultKey(folder: string): Promise<void> {
  const file = join(folder, "vault.key");
  await Deno.writeFile(file, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });
  const user = serverUser();
  if (user) await Deno.chown(file, user.uid, user.gid);
}

/** Makes the data folder `folder`, which must not exist (0.9 s). */
export async function initialise(binaries: Binaries, folder: string): Promise<void> {
  await makeDataFolder(folder);
  const passwordFile = join(dirname(folder), `${crypto.randomUUID()}.password`);
  await Deno.writeTextFile(passwordFile, LOCAL_PASSWORD);
  await Deno.chmod(passwordFile, 0o644);
  try {
    await run(binaries, [
      "-D",
      folder,
      "--username=supabase_admin",
      "--encoding=UTF8",
      // C for what ICU does not cover, so that the developer's LANG changes nothing.
      "--locale=C",
      "--locale-provider=icu",
      "--icu-locale=en-US",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      // Leaves the first WAL segment a hole of 16 MB, which costs nothing to copy.
      "--set=wal_init_zero=off",
      "--no-sync",
      "--no-instructions",
    ]);
  } finally {
    await Deno.remove(passwordFile);
  }
  await makeVaultKey(folder);
}

/** Writes a data folder through to the disk. */
export async function syncToDisk(binaries: Binaries, folder: string): Promise<void> {
  await run(binaries, ["-D", folder, "--sync-only"]);
}
