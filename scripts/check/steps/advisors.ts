// The advisors that hosted's dashboard shows, as the CLI runs them: nothing to be found, at any level.
import { z } from "zod";
import { throwAwayCluster } from "../../start/project.ts";
import type { Failure, Step, StepResult } from "../step.ts";
import { supabaseCli } from "../supabase_cli.ts";

const Findings = z.object({
  results: z.array(z.object({
    name: z.string(),
    level: z.string(),
    detail: z.string(),
    remediation: z.string().nullish(),
    metadata: z.looseObject({ name: z.string().optional(), schema: z.string().optional() }).nullish(),
  })),
});

/** One finding that is accepted. */
export interface Allowed {
  /** The advisor's name, such as `unused_index`. */
  lint: string;
  /** `schema.name`, or a pattern of such names; every object where left out. */
  object?: string | RegExp;
  reason: string;
}

/** Where an entry that nothing needs is reported. */
export const ALLOWED_AT = "scripts/check/steps/advisors.ts";

/** What is accepted. An entry for an object that no finding needs any more is a failure too. */
export const ALLOWED: Allowed[] = [
  { lint: "unused_index", reason: "the database is new: no query has used any index yet" },
  {
    lint: "rls_enabled_no_policy",
    object: /^(learner|ops)\.\w+_(default|\d{4}_\d\d)$/,
    reason:
      "a partition is read through its parent only, and CREATE POLICY locks platform tables on older images",
  },
];

/** Sorts findings into those that an entry accepts, and failures. */
export function judgeFindings({ results }: z.infer<typeof Findings>, allowed: Allowed[]): StepResult {
  const needed = new Set<Allowed>();
  const failures: Failure[] = results.flatMap((found) => {
    const object = `${found.metadata?.schema}.${found.metadata?.name}`;
    const entry = allowed.find(({ lint, object: only }) =>
      lint === found.name && (only instanceof RegExp ? only.test(object) : (only ?? object) === object)
    );
    if (entry) {
      needed.add(entry);
      return [];
    }
    const message = `${found.name} (${found.level.toLowerCase()}): ${found.detail}`;
    return [{ at: object, message, detail: found.remediation ?? undefined }];
  });
  const stale = allowed.filter((entry) => entry.object && !needed.has(entry)).map(({ lint, object }) => ({
    at: ALLOWED_AT,
    message: `no finding needs the entry for ${lint} on ${object}`,
  }));
  failures.push(...stale);
  return { passed: failures.length === 0 ? 1 : 0, failures };
}

/** Runs the advisors on a database. */
export async function advise(databaseUrl: string, allowed: Allowed[]): Promise<StepResult> {
  const found = await supabaseCli(databaseUrl, ["db", "advisors", "--level", "info"], Findings);
  return judgeFindings(found, allowed);
}

export const advisors: Step = {
  name: "advisors",
  about: "Supabase's security and performance advisors find nothing",
  async run() {
    await using cluster = await throwAwayCluster({ migrated: true });
    return await advise(cluster.url("postgres"), ALLOWED);
  },
};
