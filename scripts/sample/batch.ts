// `npm run sample:batch`: the lines of one small batch of a learner, to send to `sync` by hand.
import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { monotonicFactory } from "ulid";
import { createClient } from "../../client-contract/client/client.ts";
import { NetworkError, ProblemError } from "../../client-contract/client/client_error.ts";
import { CONTENT_SCHEMA, CONTRACT_VERSION } from "../../client-contract/contract/limits.ts";
import { type Command, type Line, main, type Options, UsageError, UserError } from "../command/command.ts";

export const COMMAND = {
  name: "npm run -s sample:batch",
  about: `Prints a batch of one learner as NDJSON: a session with one right answer. Nothing is sent.

  npm run -s sample:batch -- --token "$TOKEN" > batch.ndjson`,
  options: {
    token: {
      type: "string",
      value: "TOKEN",
      text: "the learner's access token; it names the learner and the API",
    },
  },
} as const satisfies Command<Options>;

/** Who sends the batch, and where. */
interface Learner {
  id: string;
  apiUrl: string;
}

function readToken(token: string | undefined): Learner {
  try {
    const { sub, iss } = decodeJwt(token ?? "");
    if (sub && iss?.endsWith("/auth/v1")) return { id: sub, apiUrl: iss.slice(0, -"/auth/v1".length) };
  } catch {
    // Said below.
  }
  throw new UsageError("--token takes the access token of a signed-in learner.");
}

/** A single choice of what is published, with the right answer. */
async function firstQuestion({ apiUrl }: Learner, token: string) {
  for await (const { page, changes } of createClient({ url: apiUrl, getToken: () => token }).delta()) {
    for (const { row } of changes) {
      if (row.kind === "question" && row.type === "single_choice") return { row, version: page.until };
    }
  }
  throw new UserError("No single-choice question is published.");
}

export async function run({ values: { token } }: Line<typeof COMMAND.options>) {
  const learner = readToken(token);
  const { row, version } = await firstQuestion(learner, token ?? "").catch((error: unknown) => {
    const isRefused = error instanceof ProblemError || error instanceof NetworkError;
    throw isRefused ? new UserError(`${learner.apiUrl}: ${error.message}`, { cause: error }) : error;
  });
  const now = new Date();
  const ulid = monotonicFactory();
  const occurred_at = now.toISOString();
  const [device_id, session_id] = [randomUUID(), ulid(now.getTime())];
  const event = (type: string, body: Record<string, unknown>) => ({
    id: ulid(now.getTime()),
    type,
    version: 1,
    learner_id: learner.id,
    device_id,
    occurred_at,
    utc_offset_minutes: -now.getTimezoneOffset(),
    body,
  });
  const lines = [
    {
      batch_id: ulid(now.getTime()),
      device_id,
      sent_at: occurred_at,
      contract_version: CONTRACT_VERSION,
      content_schema: CONTENT_SCHEMA,
      pull: { cursor: null, limit: 500 },
    },
    event("session.started", { session_id, content_version: version, skill_id: row.skill_id }),
    event("attempt.recorded", {
      session_id,
      question_id: row.id,
      content_version: version,
      answer: row.answer,
      correct: true,
      duration_ms: 4_000,
      reset: null,
    }),
    event("session.ended", { session_id, reason: "completed" }),
  ];
  for (const line of lines) console.log(JSON.stringify(line));
}

if (import.meta.main) await main(COMMAND, run);
