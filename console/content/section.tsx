// From drafts to learners: for instructors and admins.
import type { Section } from "../shell/section.ts";
import { Drafts } from "./drafts.tsx";
import { Held } from "./held.tsx";
import { Releases } from "./releases.tsx";
import { Schedules } from "./schedules.tsx";

/** The section. */
export const content: Section = {
  name: "Content",
  roles: ["instructor", "admin"],
  pages: [
    { path: "/content", title: "Drafts", menu: "Drafts", view: () => <Drafts /> },
    { path: "/content/schedules", title: "Schedules", menu: "Schedules", view: () => <Schedules /> },
    {
      path: "/content/releases",
      title: "Releases",
      menu: "Releases",
      view: ({ query }) => <Releases before={query.get("before")} />,
    },
    { path: "/content/held", title: "Who has what", menu: "Who has what", view: () => <Held /> },
  ],
};
