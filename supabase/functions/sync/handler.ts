// POST /sync (push, head and pull in one request), GET /sync (pull only) and POST /sync/adopt.
import { readBody } from "../_shared/body.ts";
import { type Clock, systemClock } from "../_shared/clock.ts";
import { createCollector } from "../_shared/collector.ts";
import { contactLog } from "../_shared/contacts.ts";
import type { Database, Push } from "../_shared/database.ts";
import { createLearnerLimits } from "../_shared/learner_limits.ts";
import { DEFAULT_PULL_CHANGES, MAX_BATCH_BYTES } from "../_shared/limits.gen.ts";
import { whenRead } from "../_shared/outgoing.ts";
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam, uuidParam } from "../_shared/query.ts";
import { replyOnce } from "../_shared/reply.ts";
import { type Call, type Handler, requireMethod } from "../_shared/serve.ts";
import type { Prove } from "../_shared/token.ts";
import { adopt } from "./adopt.ts";
import { batchText } from "./lines.ts";
import { throwRefusal } from "./refusal.ts";

/**
 * An isolate sends hints at most this often: the first push is hinted at once, and the pushes after it together. A device that sends its
 * outbox batch by batch so causes four pulls a second.
 */
const HINT_MS = 250;
/** The most pushes that wait for their hint. Devices that get no hint poll. */
const HINTS = 1000;

/** Answers for the learners of one database. */
export function syncHandler(database: Database, prove: Prove, clock: Clock = systemClock): Handler {
  const limits = createLearnerLimits(clock);
  const hint = createCollector<Push>({
    what: "devices were not hinted",
    waitMs: HINT_MS,
    isPrompt: true,
    most: HINTS,
    send: (pushes) => database.hintLearners(pushes),
  }, clock);

  const noteContact = contactLog(database, clock);

  async function push({ request, learner, session }: Call): Promise<Response> {
    const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/x-ndjson") {
      throw new Problem(
        "unsupported_media_type",
        "A batch is sent as application/x-ndjson.",
        "application/x-ndjson",
      );
    }
    const text = batchText(await readBody(request, MAX_BATCH_BYTES));
    const { answer, changedBy } = await limits.turn(learner, () => database.sync({ learner, session }, text));
    throwRefusal(answer);
    // Runs outside the learner's lock. A lost hint only delays the change until the next poll.
    if (changedBy !== null) hint(`${learner}.${changedBy}`, { learner, device: changedBy });
    return await replyOnce(request, answer, "application/json");
  }

  async function pull({ request, url, learner, session }: Call): Promise<Response> {
    const cut = {
      learner,
      session,
      cursor: textParam(url, "cursor", /^[\w.-]{1,100}$/),
      limit: integerParam(url, "limit", DEFAULT_PULL_CHANGES),
      atLeast: textParam(url, "at_least", /^[0-9a-f]{16}\.\d{1,15}$/),
      device: uuidParam(url, "device"),
    };
    const changes = await limits.turn(learner, () => database.changes(cut));
    // A pull writes nothing itself. The contact makes a device that only pulls listed, revocable and hinted.
    if (cut.device !== null) noteContact({ learner, session, device: cut.device, version: null });
    return await replyOnce(request, changes, "application/json");
  }

  return async (call) => {
    const { learner } = call;
    if (call.path === "/adopt") {
      requireMethod(call.request, "POST");
      return await limits.admit(
        learner,
        () => adopt(call, database, prove, (work) => limits.turn(learner, work)),
        whenRead,
      );
    }
    if (call.path !== "") throw new Problem("not_found", "The function sync has no such path.");
    requireMethod(call.request, "GET", "POST");
    return await limits.admit(
      learner,
      () => call.request.method === "GET" ? pull(call) : push(call),
      whenRead,
    );
  };
}
