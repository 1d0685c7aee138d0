import assert from "node:assert/strict";
import { ATTEMPT } from "../contract/learner_rows.ts";
import { reviewLog } from "./review_log.ts";

const OTHER = "5f17a0de-0000-4000-8000-000000000009";

Deno.test("O5: a review has the optimizer's fields, and a card's state follows from its earlier reviews", () => {
  const log = reviewLog();
  const review = (isRight: boolean, question_id = ATTEMPT.question_id) =>
    log({ ...ATTEMPT, question_id, graded_correct: isRight });
  assert.deepEqual(review(false), {
    card_id: ATTEMPT.question_id,
    review_time: Date.parse(ATTEMPT.occurred_at),
    review_rating: 1,
    review_state: 0,
    review_duration: ATTEMPT.duration_ms,
  });
  const states = [false, true, true, false, false, true].map((isRight) => review(isRight)?.review_state);
  assert.deepEqual(states, [1, 1, 2, 2, 3, 3]);
  assert.equal(review(true)?.review_state, 2);
  assert.equal(review(true, OTHER)?.review_state, 0, "each card has its own state");
  assert.equal(review(true, OTHER)?.review_state, 2, "a card is learnt with its first right answer");
});

Deno.test("O5: the server's verdict counts, the device's where there is none, hints make a right answer hard, and a voided attempt is none", () => {
  const rating = (patch: object) => reviewLog()({ ...ATTEMPT, ...patch })?.review_rating;
  assert.equal(rating({ graded_correct: true, claimed_correct: false }), 3);
  assert.equal(rating({ graded_correct: false, claimed_correct: true }), 1);
  assert.equal(rating({ graded_correct: null, claimed_correct: true }), 3);
  assert.equal(rating({ answer: { choice: 1, hints: 2 } }), 2);
  assert.equal(rating({ answer: { choice: 1, hints: 0 } }), 3);
  assert.equal(rating({ answer: { choice: 1, hints: "2" } }), 3);
  assert.equal(rating({ answer: { choice: 1, hints: 2 }, graded_correct: false }), 1);
  const log = reviewLog();
  assert.equal(log({ ...ATTEMPT, voided: true }), undefined);
  assert.equal(log(ATTEMPT)?.review_state, 0, "a voided attempt leaves no trace");
});
