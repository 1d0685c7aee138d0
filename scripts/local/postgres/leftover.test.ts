// A server that was left over: what it looks like is all that counts here, a shell will do.
import assert from "node:assert/strict";
import { join } from "node:path";
import { stopLeftover } from "./leftover.ts";

/** A process with the command line of a server, which hears SIGQUIT alone. */
async function stubborn(dataFolder: string): Promise<Deno.ChildProcess> {
  const script = "trap '' INT; trap 'exit 3' QUIT; echo ready; while :; do sleep 0.05; done";
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", script, "postgres", "-D", dataFolder],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  await Deno.writeTextFile(join(dataFolder, "postmaster.pid"), `${child.pid}\n${dataFolder}\n`);
  return child;
}

Deno.test("a server that ignores a fast shutdown is ended without one", async () => {
  const dataFolder = await Deno.makeTempDir();
  const child = await stubborn(dataFolder);
  await stopLeftover(dataFolder, 100);
  assert.equal((await child.status).code, 3);
  await Deno.remove(dataFolder, { recursive: true });
});
