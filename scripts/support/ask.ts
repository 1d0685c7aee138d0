// Calls of the database's functions for staff, over a database connection.
import type postgres from "postgres";
import { z } from "zod";
import { Refusal, UserError } from "../command/command.ts";
import { explainDatabaseError, refusalOf } from "../content/database.ts";
import { FoundLearner } from "../../client-contract/client/support_look.ts";
import type { Call, Value } from "./command.ts";

const Rows = z.array(z.unknown());

/** Calls a function of `public` by its name and the names of its parameters; null parameters keep their default. */
export async function callFunction(
  sql: postgres.ISql,
  name: string,
  parameters: Readonly<Record<string, Value>>,
): Promise<unknown[]> {
  const given = Object.entries(parameters).filter(([, value]) => value !== null);
  const names = given.map(([parameter], place) => `${parameter} => $${place + 1}`).join(", ");
  // The names are those of command.ts, never of the command line.
  const [row] = await sql.unsafe<{ rows: unknown }[]>(
    `select coalesce(json_agg(x), '[]') as rows from public.${name}(${names}) x`,
    given.map(([, value]) => String(value)),
  );
  return Rows.parse(row?.rows);
}

/** The id of the one learner whom a text names. Throws `Refusal` for none or several. */
export async function findLearner(sql: postgres.ISql, text: string, reason: string): Promise<string> {
  if (z.uuid().safeParse(text.toLowerCase()).success) {
    const rows = z.array(FoundLearner).parse(
      await callFunction(sql, "support_find", { query: text, reason }),
    );
    const device = rows.filter(({ matched }) => matched === "device");
    if (rows.some(({ matched }) => matched === "learner") || device.length === 0) return text;
    return only(device, text);
  }
  return only(
    z.array(FoundLearner).parse(await callFunction(sql, "support_find", { query: text, reason })),
    text,
  );
}

function only(rows: readonly FoundLearner[], text: string): string {
  const learners = [...new Set(rows.map(({ learner_id }) => learner_id))];
  const [learner] = learners;
  if (learner === undefined) throw new Refusal(`No learner has ${text}.`, { learners });
  if (learners.length > 1) {
    throw new Refusal(`${learners.length} learners have ${text}: name one of ${learners.join(", ")}.`, {
      learners,
    });
  }
  return learner;
}

/** Asks the database. The parameters get the learner's id first if the call names one. */
export async function ask(sql: postgres.ISql, call: Call, reason: string): Promise<unknown[]> {
  const { learner } = call;
  const parameters = learner
    ? { ...call.parameters, [learner.parameter]: await findLearner(sql, learner.text, reason) }
    : call.parameters;
  return callFunction(sql, call.name, parameters);
}

/** A failure of the database in plain words. */
export function explain(error: unknown, url: string): unknown {
  if (error instanceof UserError) return error;
  return refusalOf(error) ?? explainDatabaseError(error, url, "look");
}
