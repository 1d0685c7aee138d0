// The paths of the function `content`.
import { type Clock, systemClock } from "../_shared/clock.ts";
import { contactLog } from "../_shared/contacts.ts";
import type { Database } from "../_shared/database.ts";
import { createLearnerBudget } from "../_shared/learner_budget.ts";
import { createLearnerLimits } from "../_shared/learner_limits.ts";
import { whenRead } from "../_shared/outgoing.ts";
import { Problem } from "../_shared/problem.ts";
import { type Call, type Handler, requireMethod } from "../_shared/serve.ts";
import type { ContentContext } from "./context.ts";
import { delta } from "./delta.ts";
import { domains } from "./domains.ts";
import { existing } from "./existing.ts";
import { head } from "./head.ts";
import { headCache } from "./head_cache.ts";
import { manifest } from "./manifest.ts";
import { node } from "./node.ts";
import { pageCache } from "./page_cache.ts";
import { report } from "./report.ts";

type Path = (context: ContentContext, call: Call) => Promise<Response>;

const READ = new Map<string, Path>([
  ["/head", head],
  ["/delta", delta],
  ["/manifest", manifest],
  ["/domains", domains],
  ["/node", node],
]);

/**
 * What a learner's requests may cost an isolate: 1 each, 10 more for a page that must be made, and 1 for each 128 KiB of a page. A full
 * budget is a curriculum of 39 MB in 38 pages that no cache has. Then there is one such page in a second.
 */
const BUDGET = { full: 1000, perSecond: 30 };
const MAKE_UNITS = 10;
const BYTES_A_UNIT = 128 * 1024;

/** Answers for the content of one database; caches live as long as the handler. */
export function contentHandler(database: Database, clock: Clock = systemClock): Handler {
  const limits = createLearnerLimits(clock);
  const budget = createLearnerBudget(BUDGET, clock);
  const cached = pageCache();
  const exists = existing(database, clock);
  const context: ContentContext = {
    database,
    exists,
    headAt: headCache(database, exists, clock),
    async pageOf(key, learner, make) {
      const page = await cached({
        key,
        learner,
        make() {
          budget.spend(learner, MAKE_UNITS);
          return make();
        },
      });
      budget.spend(learner, page.plain.byteLength / BYTES_A_UNIT);
      return page;
    },
    noteContact: contactLog(database, clock),
  };

  async function answer(call: Call): Promise<Response> {
    const read = READ.get(call.path);
    if (read) {
      requireMethod(call.request, "GET");
      return await read(context, call);
    }
    if (call.path === "/report") {
      requireMethod(call.request, "POST");
      return await report(context, call);
    }
    throw new Problem(
      "not_found",
      "The function content has /head, /delta, /manifest, /domains, /node and /report.",
    );
  }

  // One request of a learner after the other: one on many connections gets a tenth of what one connection would (learner_limits.ts).
  return (call) =>
    limits.admit(call.learner, () => {
      budget.require(call.learner);
      budget.spend(call.learner, 1);
      return limits.turn(call.learner, () => answer(call));
    }, whenRead);
}
