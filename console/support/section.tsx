// Finding out what happened to a learner, and mending it: for support agents and admins.
import type { Section } from "../shell/section.ts";
import { Devices } from "./devices.tsx";
import { Errors } from "./errors.tsx";
import { EventPage } from "./event.tsx";
import { Search } from "./search.tsx";
import { Stuck } from "./stuck.tsx";
import { Timeline } from "./timeline.tsx";

/** The section. */
export const support: Section = {
  name: "Support",
  roles: ["support", "admin"],
  pages: [
    {
      path: "/support",
      title: "Find a learner",
      menu: "Find a learner",
      view: ({ query }) => <Search query={query.get("q")} />,
    },
    {
      path: "/support/event",
      title: "What happened to an event?",
      menu: "Event",
      view: ({ query }) => (
        <EventPage
          key={query.toString()}
          event={query.get("event")}
          learner={query.get("learner")}
        />
      ),
    },
    {
      path: "/support/errors",
      title: "Failures of all learners",
      menu: "Failures",
      view: ({ query }) => <Errors query={query} />,
    },
    {
      path: "/support/learners/:learner/timeline",
      title: "Learner: timeline",
      view: ({ params, query }) => <Timeline learner={params.learner ?? ""} query={query} />,
    },
    {
      path: "/support/learners/:learner/quarantine",
      title: "Learner: stuck events",
      view: ({ params, query }) => <Stuck learner={params.learner ?? ""} query={query} />,
    },
    {
      path: "/support/learners/:learner/devices",
      title: "Learner: devices",
      view: ({ params }) => <Devices learner={params.learner ?? ""} />,
    },
  ],
};
