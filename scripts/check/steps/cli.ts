// The Supabase CLI agrees with the stack about which migrations a database has.
import { z } from "zod";
import { throwAwayCluster } from "../../start/project.ts";
import type { Cluster } from "../../local/postgres/cluster.ts";
import type { Failure, Step, StepResult } from "../step.ts";
import { supabaseCli } from "../supabase_cli.ts";

const Listed = z.object({ migrations: z.array(z.object({ local: z.string(), remote: z.string() })) });
const Pushed = z.object({
  upToDate: z.boolean(),
  migrations: z.array(z.string()),
  seeds: z.array(z.string()),
  roles: z.array(z.string()),
});

/** Compares `migration list` and `db push --dry-run` with the idea that nothing is pending. */
export async function compareMigrations(cluster: Cluster): Promise<StepResult> {
  const [{ migrations }, pushed] = [
    await supabaseCli(cluster.url("postgres"), ["migration", "list"], Listed),
    await supabaseCli(cluster.url("postgres"), ["db", "push", "--dry-run"], Pushed),
  ];
  const failures: Failure[] = migrations.filter(({ local, remote }) => local !== remote).map((migration) => ({
    at: "supabase migration list",
    message: migration.remote === ""
      ? `${migration.local} is not recorded in the database`
      : `${migration.remote} is recorded in the database, and no file has this version`,
  }));
  const equal = migrations.length - failures.length;
  if (pushed.upToDate) return { passed: equal + 1, failures };
  const detail = [...pushed.roles, ...pushed.migrations, ...pushed.seeds].join("\n");
  failures.push({ at: "supabase db push --dry-run", message: "would push", detail });
  return { passed: equal, failures };
}

export const cli: Step = {
  name: "cli",
  about: "the Supabase CLI sees every migration as applied and nothing to push",
  async run() {
    await using cluster = await throwAwayCluster({ migrated: true });
    return await compareMigrations(cluster);
  },
};
