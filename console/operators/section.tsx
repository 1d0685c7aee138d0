// Seeing that the service works, and steering it. Support sees it too; webhooks are for admins alone.
import type { Page, Section } from "../shell/section.ts";
import { Alarms } from "./alarms.tsx";
import { Health } from "./health.tsx";
import { Jobs } from "./jobs.tsx";
import { Quarantine } from "./quarantine.tsx";
import { Steering } from "./steering.tsx";
import { Trends } from "./trends.tsx";
import { Webhooks } from "./webhooks.tsx";

const PAGES: readonly Page[] = [
  { path: "/operators", title: "Health", menu: "Health", view: () => <Health /> },
  {
    path: "/operators/trends",
    title: "Trends",
    menu: "Trends",
    view: ({ query }) => <Trends query={query} />,
  },
  { path: "/operators/alarms", title: "Alarms", menu: "Alarms", view: () => <Alarms /> },
  { path: "/operators/jobs", title: "Jobs", menu: "Jobs", view: () => <Jobs /> },
  { path: "/operators/quarantine", title: "Quarantine", menu: "Quarantine", view: () => <Quarantine /> },
  { path: "/operators/steering", title: "Steering", menu: "Steering", view: () => <Steering /> },
];

/** The section. */
export const operators: Section = { name: "Service", roles: ["support", "admin"], pages: PAGES };

/** What only admins may read. */
export const administration: Section = {
  name: "Administration",
  roles: ["admin"],
  pages: [{
    path: "/operators/webhooks",
    title: "Webhooks",
    menu: "Webhooks",
    view: ({ query }) => <Webhooks query={query} />,
  }],
};
