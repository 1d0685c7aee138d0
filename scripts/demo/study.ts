// A process that studies offline and says on standard output what is safely written; to be killed at any moment.
//
// Arguments: the device's file, learner id, device id, the skill's id, how many questions to answer.
import { openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import { rightAnswer, wrongAnswer } from "../testkit/device/answers.ts";

const [file = "", learnerId = "", deviceId = "", skillId = "", count = "0"] = Deno.args;
using device = openDevice({
  storage: openNodeSqlite(file),
  learnerId,
  deviceId,
  url: "http://offline.invalid",
  getToken: () => "",
  fetch: () => Promise.reject(new TypeError("network is unreachable")),
});
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

// After a crash the session that it cut off goes on.
const sessionId = device.openSessions()[0]?.session_id ?? device.startSession(skillId);
const questions = device.questions(skillId);
for (let i = 0; i < Number(count); i++) {
  const question = questions[i % questions.length];
  if (!question) throw new Error(`skill ${skillId} has no question`);
  // Right more often than not, and the same way in every run.
  const answer = i % 3 === 2 ? wrongAnswer(question) : rightAnswer(question);
  const { eventId } = device.answer({ sessionId, question, answer, durationMs: 4000 + i * 100 });
  say(eventId);
}
device.endSession(sessionId);
const done = questions.slice(0, 10).map((question) => question.id);
device.advance({ skillId, mastery: 40, completed: done });
say("done");
