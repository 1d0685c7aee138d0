// A learner's attempts, read in pieces, so that memory stays small whatever their number.
import type postgres from "postgres";
import { z } from "zod";
import { AttemptRow } from "../../client-contract/contract/learner_rows.ts";
import { LearnerAttempt } from "../../client-contract/contract/support_look.ts";
import type { ExportedAttempt } from "../../client-contract/client/xapi.ts";
import type { RestCaller } from "../instructor/source.ts";

/** Attempts that are in memory at a time. */
const PIECE = 500;

const Row = z.object({ attempt: AttemptRow, voided_at: z.string().nullable() });

const Page = z.array(LearnerAttempt);

/** All attempts of the learner, oldest first, for the staff member whose token the caller has. Each page is audited. */
export async function* readAttemptsAsStaff(
  call: RestCaller,
  learner: string,
  reason: string,
  withAnswers: boolean,
): AsyncGenerator<ExportedAttempt[]> {
  for (let after: string | null = null;;) {
    const parameters = { learner, reason, with_answers: withAnswers, after, page_rows: PIECE };
    const page = Page.parse(await call("learner_attempts", parameters));
    if (page.length === 0) return;
    yield page.map(({ attempt, voided_at }) => ({ ...attempt, voided_at }));
    after = page.at(-1)?.cursor ?? null;
  }
}

/** All attempts of the learner, oldest first. The caller has begun a transaction. */
export async function* readAttempts(
  tx: postgres.TransactionSql,
  learner: string,
  reason: string,
): AsyncGenerator<ExportedAttempt[]> {
  const pieces = tx<{ row: unknown }[]>`
    select json_build_object('attempt', x.attempt, 'voided_at', x.voided_at) as row from ops.export_attempts(${learner}, ${reason}) x`
    .cursor(PIECE);
  for await (const rows of pieces) {
    yield rows.map(({ row }) => {
      const { attempt, voided_at } = Row.parse(row);
      return { ...attempt, voided_at };
    });
  }
}
