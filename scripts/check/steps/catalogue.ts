// The migrations make the database that the SQL sources describe.
import { compareCatalogues } from "../catalogue/compare.ts";
import { catalogueAfter, loadMigrations, loadSources } from "../catalogue/databases.ts";
import type { Step } from "../step.ts";

export const catalogue: Step = {
  name: "catalogue",
  about: "a database made from supabase/schemas and one made from supabase/migrations are the same",
  async run() {
    const [schemas, migrations] = await Promise.all([
      catalogueAfter(loadSources),
      catalogueAfter(loadMigrations),
    ]);
    const failures = compareCatalogues(
      { name: "supabase/schemas", facts: schemas },
      { name: "supabase/migrations", facts: migrations },
    );
    const equal = [...schemas].filter(([fact, value]) => migrations.get(fact) === value);
    return { passed: equal.length, failures };
  },
};
