// How learners do: for instructors and admins.
import type { Place, Section } from "../shell/section.ts";
import { CohortList } from "./cohort_list.tsx";
import { Devices } from "./devices.tsx";
import { Learner } from "./learner.tsx";
import { Learners } from "./learners.tsx";
import { NeedsHelp } from "./needs_help.tsx";
import { People } from "./people.tsx";
import { Question } from "./question.tsx";
import { Questions } from "./questions.tsx";
import { Skills } from "./skills.tsx";

/** A page's cohort, and where the page begins. */
const cohortOf = ({ params, query }: Place) => ({ cohort: params.cohort ?? "", after: query.get("after") });

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
    { path: "/cohorts/:cohort", title: "Learners", view: (place) => <Learners {...cohortOf(place)} /> },
    {
      path: "/cohorts/:cohort/help",
      title: "Needs help",
      view: (place) => <NeedsHelp {...cohortOf(place)} />,
    },
    { path: "/cohorts/:cohort/skills", title: "Skills", view: (place) => <Skills {...cohortOf(place)} /> },
    {
      path: "/cohorts/:cohort/questions",
      title: "Questions",
      view: (place) => (
        <Questions {...cohortOf(place)} sort={place.query.get("sort")} skill={place.query.get("skill")} />
      ),
    },
    {
      path: "/cohorts/:cohort/questions/:question",
      title: "Answers to a question",
      view: (place) => <Question {...cohortOf(place)} question={place.params.question ?? ""} />,
    },
    { path: "/cohorts/:cohort/devices", title: "Devices", view: (place) => <Devices {...cohortOf(place)} /> },
    {
      path: "/cohorts/:cohort/people",
      title: "People",
      view: ({ params }) => <People cohort={params.cohort ?? ""} />,
    },
    {
      path: "/cohorts/:cohort/learners/:learner",
      title: "One learner",
      view: (place) => <Learner {...cohortOf(place)} learner={place.params.learner ?? ""} />,
    },
  ],
};
