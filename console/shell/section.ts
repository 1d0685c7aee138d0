// What a section of the console is: pages, and the roles that see them. console/README.md tells how to add one.
import type { ComponentChildren } from "preact";
import type { StaffRole } from "../data/session.ts";
import type { Params } from "./route.ts";

/** What a page is drawn from. */
export interface Place {
  params: Params;
  query: URLSearchParams;
}

/** A page with an address of its own. */
export interface Page {
  /** Such as `/cohorts/:cohort`. */
  path: string;
  /** The page's heading. */
  title: string;
  /** Its name in the menu; without one it is reached by links. */
  menu?: string;
  view(place: Place): ComponentChildren;
}

/** Pages for the same people. */
export interface Section {
  name: string;
  /** Who sees it. The database decides again at each call. */
  roles: readonly StaffRole[];
  /** The first page that is listed for a role is where its people start. */
  pages: readonly Page[];
}
