// A device that studies and syncs as fast as it can, until it is killed. It says on stdout what it has kept:
// `open`, then for each answer `try N` before and `kept N ULID` after. N is unique, and travels as the duration.
import { z } from "zod";
import { openDevice } from "../../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";
import { rightAnswer } from "./answers.ts";
import { allQuestions } from "./study.ts";
import { seededRandom } from "./random.ts";
import { testToken } from "./server.ts";

/** What the parent passes as JSON in the one argument. */
export const ChildOptions = z.object({
  file: z.string(),
  learnerId: z.string(),
  deviceId: z.string(),
  url: z.string(),
  seed: z.number(),
  /** The first N. */
  first: z.number(),
});

const encoder = new TextEncoder();
const say = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

async function live(o: z.infer<typeof ChildOptions>): Promise<never> {
  const random = seededRandom(o.seed);
  const device = openDevice({
    ...o,
    storage: openNodeSqlite(o.file),
    getToken: () => testToken(o.learnerId),
    pageRows: 10,
    pullRows: 5,
    retry: { attempts: 4, baseMs: 5, capMs: 20, patienceMs: 1000 },
  });
  say("open");
  for (let n = o.first;;) {
    // Not awaited every time: a kill then meets an answer and a sync at once.
    const running = device.sync().catch(() => {});
    if (random() < 0.3 || device.status().version === 0) await running;
    const questions = allQuestions(device);
    for (let left = Math.floor(random() * 8); left > 0 && questions.length > 0; left--) {
      const question = questions[Math.floor(random() * questions.length)];
      if (!question) continue;
      const [open] = device.openSessions();
      const sessionId = open?.session_id ?? device.startSession();
      say(`try ${n}`);
      const { eventId } = device.answer({
        sessionId,
        question,
        answer: rightAnswer(question),
        durationMs: n,
      });
      say(`kept ${n} ${eventId}`);
      n++;
      if (random() < 0.2) device.endSession(sessionId);
      if (random() < 0.2) {
        device.advance({ skillId: question.skill_id, mastery: n % 100, completed: [question.id] });
      }
      if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 5));
    }
  }
}

if (import.meta.main) await live(ChildOptions.parse(JSON.parse(Deno.args[0] ?? "")));
