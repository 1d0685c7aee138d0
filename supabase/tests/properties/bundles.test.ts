// Whatever was published, however many workers ran and wherever they were killed: every bundle that a manifest names
// is the domain as that release left it, to the byte and to the hash, and the store holds nothing that nobody knows.
import assert from "node:assert/strict";
import fc from "fast-check";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { bundleHandler } from "../../functions/bundle/handler.ts";
import { openWorkList } from "../../functions/bundle/work_list.ts";
import { checkBundles, type Edit, edit, Killed, mortalStore, publish } from "./bundle_bench.ts";
import { settings } from "./settings.ts";

const step = fc.record({
  edits: fc.array(edit, { minLength: 1, maxLength: 6 }),
  workers: fc.integer({ min: 1, max: 3 }),
  /** What happens to the calls of these workers: 0 nothing, 1 killed before, 2 killed after. */
  fates: fc.array(fc.constantFrom(0, 0, 1, 2), { maxLength: 6 }),
  /** What is published while they run. */
  meanwhile: fc.array(edit, { maxLength: 3 }),
  retire: fc.option(fc.integer({ min: 1, max: 3 })),
});

Deno.test("C1, I12: bundles equal the domains, whichever workers are killed", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 4, onnotice: () => {} });
  const lists = [1, 2, 3].map(() => openWorkList(cluster.url("carrel_edge")));
  const objects = new Map<string, Uint8Array>();
  const request = new Request("http://worker/bundle", { method: "POST" });
  const call = {
    request,
    url: new URL(request.url),
    path: "",
    learner: "service_role",
    session: null,
  };

  /** Runs workers side by side, and beside a publisher, until each is done or dead; then everybody's leases are over. */
  async function run(workers: number, fates: number[], meanwhile: Edit[] = []): Promise<void> {
    const store = mortalStore(objects, [...fates]);
    const ends = await Promise.allSettled([
      ...lists.slice(0, workers).map((list) =>
        bundleHandler({ work: list, store, waitUntil: () => {} })(call)
      ),
      publish(sql, meanwhile),
    ]);
    for (const end of ends) {
      assert.ok(end.status === "fulfilled" || end.reason instanceof Killed, String(Object(end).reason));
    }
    await sql`update content.bundle set leased_until = '-infinity'`;
  }
  const neededAndRetired = async () => [
    ...await sql`
      select b.path from private.domain_node_at((select max(version) from content.release)) n
      join content.bundle b on b.history = private.history()
        and b.schema = n.schema and b.domain_id = n.domain_id and b.version = n.version
      where b.retired_at is not null`,
  ];
  const versions = async () => (await sql<{ version: number; schema: number; domains: number }[]>`
      select r.version, s.schema, (select count(*)::int from private.domain_node_at(r.version) n where n.schema = s.schema) as domains
      from content.release r, (select distinct schema from content.tree_node) s order by r.version, s.schema`);

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const { edits, workers, fates, meanwhile, retire } of steps) {
        await publish(sql, edits);
        await run(workers, fates, meanwhile);
        assert.deepEqual(await neededAndRetired(), [], "what the newest release needs is never retired");
        if (retire !== null) {
          await sql`select ops.remove_old_bundles(${retire})`;
          // A day later.
          await sql`update content.bundle set retired_at = retired_at - interval '25 hours'`;
        }
        for (const { version, schema } of (await versions()).slice(-3)) {
          await checkBundles(sql, objects, schema, version);
        }
      }
      await run(3, []);
      await run(1, []);
      for (const { version, schema, domains } of (await versions()).slice(-1)) {
        assert.equal(
          await checkBundles(sql, objects, schema, version),
          domains,
          "the newest release has all",
        );
      }
      const [state] = await sql`select bundled_at from content.release_state order by version desc limit 1`;
      assert.ok(state?.bundled_at, "and is bundled");
      const known = await sql<{ path: string }[]>`select path from content.bundle where path is not null`;
      assert.deepEqual(
        [...objects.keys()].filter((path) => !known.some((row) => row.path === path)),
        [],
        "every object has its row",
      );
    }),
    settings(10),
  );
  await sql.end();
});
