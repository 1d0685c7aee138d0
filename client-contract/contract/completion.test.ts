import assert from "node:assert/strict";
import { completedIn } from "./completion.ts";

const row = (skill_id: string, completed: string[], reset_count = 0) => ({
  skill_id,
  completed,
  reset_count,
});

Deno.test("U5: a question that moved to another skill stays completed there", () => {
  // q1 moved from the first skill to the second.
  const rows = [row("first", ["q1", "q2"]), row("second", ["q3"])];
  assert.deepEqual(completedIn("first", ["q2", "q5"], rows), ["q2"]);
  assert.deepEqual(completedIn("second", ["q1", "q3", "q4"], rows), ["q1", "q3"]);
  assert.deepEqual(completedIn("third", ["q2"], rows), ["q2"]);
  assert.deepEqual(completedIn("first", ["q1"], []), []);
});

Deno.test("U5: after a reset of its skill, a question that moved there is not completed", () => {
  const rows = [row("first", ["q1", "q2"]), row("second", ["q3"], 1)];
  assert.deepEqual(completedIn("second", ["q1", "q3"], rows), ["q3"]);
  assert.deepEqual(completedIn("first", ["q2"], rows), ["q2"]);
  assert.deepEqual(completedIn("second", ["q2"], [row("first", ["q2"], 2), row("second", [])]), ["q2"]);
});
