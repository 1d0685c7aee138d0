// The wake tokens with which the database calls its workers. A token is good for one run. So a thief who reads it in the queue of
// pg_net can start a run that the database wanted anyway.
import { connect } from "./connection.ts";
import { problemOf } from "./database_error.ts";
import { createSlots } from "./slots.ts";

/** The header that carries the token. */
export const WAKE_HEADER = "x-carrel-wake";
const TOKEN = /^[0-9a-f]{64}$/;

/** Uses up a wake token. False if it is not one of the database's for this worker. Throws a `Problem`. */
export type TakeWake = (token: string) => Promise<boolean>;

/**
 * The tokens of one worker. Guesses cost a look-up by key each. One is looked up at a time and twenty wait, so that they don't
 * cost the database more than one connection.
 */
export function wakeTokens(url: string, slug: string): TakeWake & AsyncDisposable {
  const sql = connect(url, "carrel_wake", 1);
  const slots = createSlots({ atOnce: 1, waiting: 20, waitMs: 3000, refusal: "overloaded" });
  const take: TakeWake = async (token) => {
    if (!TOKEN.test(token)) return false;
    return await slots.run(async () => {
      try {
        const [row] = await sql<{ taken: boolean }>`
          select private.take_wake(${slug}::text, ${token}::text) as taken`;
        return row?.taken ?? false;
      } catch (error) {
        throw problemOf(error);
      }
    });
  };
  return Object.assign(take, { [Symbol.asyncDispose]: () => sql[Symbol.asyncDispose]() });
}
