// How learners do: for instructors and admins.
import type { Section } from "../shell/section.ts";
import { CohortList } from "./cohort_list.tsx";

/** The section. */
export const cohorts: Section = {
  name: "Learners",
  roles: ["instructor", "admin"],
  pages: [
    {
      path: "/cohorts",
      title: "Cohorts",
      menu: "Cohorts",
      view: ({ query }) => <CohortList after={query.get("after")} />,
    },
  ],
};
