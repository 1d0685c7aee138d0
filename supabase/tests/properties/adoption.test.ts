// Two lives become one: whenever an account adopts an anonymous learner, the rows are those of one learner who did everything.
import assert from "node:assert/strict";
import fc from "fast-check";
import { project } from "../../../client-contract/contract/projection_model.ts";
import { ingest, type IngestAnswer, projection, testDatabase } from "./database.ts";
import { assertMissedNothing, follower } from "./follower.ts";
import { deliveriesOf, historyOf } from "./history.ts";
import { settings } from "./settings.ts";
import { pullRows, readLedger } from "./stamped.ts";

Deno.test("U10, I4, I5, I6, I8: an adoption at any moment gives the rows of one learner who did everything", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const questions = await sql<{ id: string; skill_id: string }[]>`
    select id, skill_id from content.question where status = 'active' order by skill_id, id limit 6`;
  const lives = historyOf({ questions }).chain((events) =>
    fc.record({
      events: fc.constant(events),
      // Whose device recorded the event. One that was restored from a backup may have it under both ids.
      owners: fc.array(fc.constantFrom("anonymous", "account", "both"), {
        minLength: events.length,
        maxLength: events.length,
      }),
      deliveries: deliveriesOf(events.length),
      adoptedBefore: fc.nat(7),
    })
  );
  await fc.assert(
    fc.asyncProperty(lives, async ({ events, owners, deliveries, adoptedBefore }) => {
      const [account, anonymous, alone] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
      await sql`insert into auth.users (id, is_anonymous) values (${account}, false), (${anonymous}, true)`;
      const tablet = follower(sql, account);
      const adopt = () => sql`select ops.adopt_learner(${account}, ${anonymous}, 'the same person')`;
      let isAdopted = false;
      for (const [n, batch] of deliveries.entries()) {
        if (n === adoptedBefore) {
          await adopt();
          isAdopted = true;
        }
        const of = (...kinds: string[]) =>
          batch.flatMap((place) => kinds.includes(owners[place] ?? "") ? events[place] ?? [] : []);
        const answers: IngestAnswer[] = [
          await ingest(sql, account, of("account", "both")),
          await ingest(sql, isAdopted ? account : anonymous, of("anonymous", "both"), 0, anonymous),
        ];
        for (const { status } of answers.flatMap(({ results }) => results)) {
          assert.ok(status === "applied" || status === "duplicate", status);
        }
        await tablet.pull(3);
        await ingest(sql, alone, batch.flatMap((place) => events[place] ?? []));
      }
      await adopt();

      assert.deepEqual(await projection(sql, account), await projection(sql, alone));
      assert.deepEqual(await pullRows(sql, account), project(await readLedger(sql, account)));
      await assertMissedNothing(sql, account, tablet);
      assert.deepEqual(await projection(sql, anonymous), null, "nothing is left of the anonymous learner");
    }),
    settings(40),
  );
});
