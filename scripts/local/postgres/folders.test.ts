import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { exists, reachable, remove, serverUser, tidySubstitute } from "./folders.ts";

/** Whether PostgreSQL's user can enter a folder. */
async function canEnter(folder: string): Promise<boolean> {
  const command = new Deno.Command("/bin/sh", {
    args: ["-c", 'cd "$1"', "sh", folder],
    cwd: "/",
    stderr: "null",
    ...serverUser(),
  });
  return (await command.output()).success;
}

Deno.test("PostgreSQL's user can enter its folder", async () => {
  const open = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
  await Deno.chmod(open, 0o755);
  const umask = Deno.umask(0o077);
  const place = await reachable(join(open, "a", "b", "data"));
  Deno.umask(umask);
  assert.equal(place, join(open, "a", "b", "data"));
  assert.ok(await canEnter(dirname(place)));
  await remove(open);
});

Deno.test({
  name: "a closed folder of root gets a substitute, always the same, which is removed later",
  ignore: !serverUser(),
  async fn() {
    const closed = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
    const wanted = join(closed, "data");
    assert.equal(await canEnter(closed), false);

    const place = await reachable(wanted);
    assert.notEqual(place, wanted);
    assert.equal(await reachable(wanted), place);
    assert.ok(await canEnter(dirname(place)));

    await Deno.writeTextFile(place, "data");
    await tidySubstitute(place);
    assert.ok(await exists(place));
    await Deno.remove(place);
    await tidySubstitute(place);
    assert.equal(await exists(dirname(place)), false);
    await remove(closed);
  },
});

Deno.test({
  name: "a substitute that another user created is refused",
  ignore: !serverUser(),
  async fn() {
    const closed = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
    const place = dirname(await reachable(join(closed, "data")));
    await Deno.chown(place, 65534, 65534);
    await assert.rejects(reachable(join(closed, "data")), /belongs to somebody else/);
    await remove(place);
    await remove(closed);
  },
});
