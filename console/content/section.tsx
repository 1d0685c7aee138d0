// From drafts to learners: for instructors and admins.
import type { Section } from "../shell/section.ts";
import { Drafts } from "./drafts.tsx";

/** The section. */
export const content: Section = {
  name: "Content",
  roles: ["instructor", "admin"],
  pages: [{ path: "/content", title: "Drafts", menu: "Drafts", view: () => <Drafts /> }],
};
