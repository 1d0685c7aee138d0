// The history of answers in the form that schedulers of the FSRS family read: a review log with the columns of the FSRS optimizer.
import type { AttemptRow } from "../contract/learner_rows.ts";

/** The columns, in the order of the optimizer's file. */
export const REVIEW_COLUMNS = [
  "card_id",
  "review_time",
  "review_rating",
  "review_state",
  "review_duration",
] as const;

/** One review of one card. */
export interface Review {
  /** The question's id: a question is a card. */
  card_id: string;
  /** Milliseconds since 1970, by the device's clock. */
  review_time: number;
  /** 1 again, 2 hard, 3 good. 4, easy, is a judgement that only the learner could make. */
  review_rating: 1 | 2 | 3;
  /** The card's state before the review: 0 new, 1 learning, 2 review, 3 relearning. */
  review_state: 0 | 1 | 2 | 3;
  /** Milliseconds. */
  review_duration: number;
}

/** A wrong answer is "again", a right one "good". After hints, of which an app notes the number in its answer, a right one is "hard". */
function ratingOf({ answer, graded_correct, claimed_correct }: AttemptRow): Review["review_rating"] {
  if (!(graded_correct ?? claimed_correct)) return 1;
  return typeof answer["hints"] === "number" && answer["hints"] > 0 ? 2 : 3;
}

/** The state after a review: a card is learnt with its first right answer, and a wrong answer to a learnt one is a lapse. */
function stateAfter(state: Review["review_state"], rating: Review["review_rating"]): Review["review_state"] {
  if (rating > 1) return 2;
  return state >= 2 ? 3 : 1;
}

/**
 * Makes the review of each attempt. Pass a learner's attempts in the order of `occurred_at`, one log for each learner: it remembers each card's
 * state. A voided attempt is no review. A reset is none either: it starts the learner's progress over, and nobody forgets by it.
 */
export function reviewLog(): (attempt: AttemptRow) => Review | undefined {
  const states = new Map<string, Review["review_state"]>();
  return (attempt) => {
    if (attempt.voided) return undefined;
    const card_id = attempt.question_id;
    const review_state = states.get(card_id) ?? 0;
    const review_rating = ratingOf(attempt);
    states.set(card_id, stateAfter(review_state, review_rating));
    return {
      card_id,
      review_time: Date.parse(attempt.occurred_at),
      review_rating,
      review_state,
      review_duration: attempt.duration_ms,
    };
  };
}
