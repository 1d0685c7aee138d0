// Each migration says how to undo it, and the statements that it gives do so.
import assert from "node:assert/strict";
import { undoOf } from "../../generate/migrations.ts";
import { SUPABASE_FOLDER, throwAwayCluster } from "../../start/project.ts";
import { type Migration, readMigrations } from "../../local/postgres/migrations.ts";
import { compareCatalogues } from "./compare.ts";
import { withConnection } from "./databases.ts";
import { type Catalogue, readCatalogue } from "./read.ts";

Deno.test("migrations: the undo of each, in reverse order, gives the catalogue from before it", async () => {
  await using cluster = await throwAwayCluster();
  await withConnection(cluster, async (sql) => {
    const steps: { migration: Migration; before: Catalogue }[] = [];
    for (const migration of await readMigrations(SUPABASE_FOLDER)) {
      assert.match(
        migration.file.text,
        /^-- Generated .*\n--\n-- What: .*\n(?:--.*\n)*-- Why: .*\n(?:--.*\n)*-- Locks: .*\n(?:--.*\n)*-- Undo: /,
      );
      steps.push({ migration, before: await readCatalogue(sql) });
      await sql.unsafe(migration.file.text).simple();
    }
    for (const { migration, before } of steps.reverse()) {
      const undo = undoOf(migration.file.text);
      await sql.begin((sql) => sql.unsafe(undo).simple());
      const differences = compareCatalogues(
        { name: "before", facts: before },
        { name: "after", facts: await readCatalogue(sql) },
      );
      assert.deepEqual(differences, [], migration.file.name);
    }
  });
});
