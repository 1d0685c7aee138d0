// The questions of a cohort, the hardest first.
import { Select } from "../parts/field.tsx";
import { useApi } from "../shell/context.ts";
import { goTo, linkTo } from "../shell/route.ts";
import { questionColumns, ROUNDED } from "./figures.tsx";
import { Paged } from "./paged.tsx";
import { ALL, cohortParameter, type CohortProps, Tabs } from "./tabs.tsx";

const SORTS = [["hardest", "hardest first"], ["skipped", "most skipped first"], [
  "tries",
  "most tries first",
]] as const;
type Sort = typeof SORTS[number][0];

/** A page of questions; of one skill, if the address names it. */
export function Questions(
  { cohort, after, sort: given, skill }: CohortProps & { sort: string | null; skill: string | null },
) {
  const { instructor } = useApi();
  const sort: Sort = SORTS.find(([one]) => one === given)?.[0] ?? "hardest";
  const here = (query: { sort?: string; after?: string | undefined }) =>
    linkTo(["cohorts", cohort, "questions"], { sort, skill: skill ?? undefined, ...query });
  return (
    <>
      <Tabs cohort={cohort} present="questions" />
      {cohort === ALL && <p>{ROUNDED}</p>}
      <div class="filters">
        <Select label="Order" value={sort} onValue={(next) => goTo(here({ sort: next }))} options={SORTS} />
        {skill !== null && (
          <p>
            <a href={linkTo(["cohorts", cohort, "questions"], { sort })}>Show the questions of all skills</a>
          </p>
        )}
      </div>
      <Paged
        name={`questions ${cohort} ${sort} ${skill ?? ""}`.trim()}
        caption="Questions with the answers of these learners"
        columns={questionColumns(cohort)}
        rowKey={({ id }) => id}
        empty="There are no answers to show yet."
        after={after}
        read={(from, page_rows) =>
          instructor.accuracy({
            by: "question",
            cohort: cohortParameter(cohort),
            skill: skill ?? undefined,
            sort,
            after: from,
            page_rows,
          })}
        linkOf={(cursor) => here({ after: cursor })}
      />
    </>
  );
}
