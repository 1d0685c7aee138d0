// The pages of one cohort, or of all learners.
import { useLoad } from "../data/load.ts";
import { useApi, useCaller } from "../shell/context.ts";
import { linkTo } from "../shell/route.ts";

/** What stands for a cohort in the address of pages about all learners. */
export const ALL = "all";

/** The cohort as a parameter of a call. */
export const cohortParameter = (cohort: string): string | undefined => cohort === ALL ? undefined : cohort;

/** What every page of a cohort is given. */
export interface CohortProps {
  cohort: string;
  /** The cursor of the page before. */
  after: string | null;
}

const PAGES = [
  { part: null, label: "Learners" },
  { part: "help", label: "Needs help" },
  { part: "skills", label: "Skills" },
  { part: "questions", label: "Questions" },
  { part: "devices", label: "Devices" },
  { part: "people", label: "People" },
] as const;

/** The most cohorts among which the name is looked up. */
const MOST = 500;

/** The cohort's name, and links to its pages. An instructor sees of all learners nothing but figures. */
export function Tabs(
  { cohort, present }: { cohort: string; present: typeof PAGES[number]["part"] | "other" },
) {
  const { instructor } = useApi();
  const { role } = useCaller();
  const isAll = cohort === ALL;
  const loaded = useLoad(
    `name ${cohort}`,
    async () =>
      isAll
        ? "All learners"
        : (await instructor.cohorts({ page_rows: MOST })).find(({ id }) => id === cohort)?.name ?? cohort,
  );
  const pages = PAGES.filter(({ part }) =>
    !isAll || part === "skills" || part === "questions" || (role === "admin" && part !== "people")
  );
  const name = loaded.kind === "ready" ? loaded.data : isAll ? "All learners" : "…";
  return (
    <>
      <p>
        <a href={linkTo(["cohorts"])}>Cohorts</a> › <strong>{name}</strong>
      </p>
      <nav aria-label={`Pages of ${name}`}>
        <ul class="tabs">
          {pages.map(({ part, label }) => (
            <li key={label}>
              <a
                href={linkTo(part === null ? ["cohorts", cohort] : ["cohorts", cohort, part])}
                aria-current={part === present ? "page" : undefined}
              >
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}
