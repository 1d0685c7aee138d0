// Where `npm run instructor` calls the database's functions: over SQL as an administrator, or over REST with somebody's token.
import postgres from "postgres";
import { z } from "zod";
import { codeOfSqlstate } from "../../client-contract/contract/errors.ts";
import { Refusal, UsageError, UserError } from "../command/command.ts";
import { connect, explainDatabaseError } from "../content/database.ts";
import type { Row } from "../../console/data/csv.ts";

/** A parameter of a function: name, type, value. */
export type Parameter = readonly [name: string, type: string, value: unknown];

/** Calls functions of the schema public. Throws `UserError` where it is refused. */
export interface Source extends AsyncDisposable {
  call(name: string, parameters: readonly Parameter[], isValue: boolean): Promise<Row[]>;
}

type Cell = string | number | boolean | null | Cell[];
const Cell: z.ZodType<Cell> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Cell)])
);
const Rows = z.array(z.record(z.string(), Cell));

const rowsOf = (answer: unknown, isValue: boolean): Row[] => Rows.parse(isValue ? [answer] : answer);

function refusal(sqlstate: string, message: string, info: string | undefined): Refusal | undefined {
  const code = codeOfSqlstate(sqlstate);
  if (code === undefined) return undefined;
  return new Refusal(`${message} (${code}${info ? `: ${info}` : ""})`, { error: message, code, info });
}

/** As the role of the connection string. */
export function sqlSource(url: string): Source {
  const sql = connect(url, "instructor");
  return {
    async call(name, parameters, isValue) {
      // Names and types are of commands.ts, values are parameters.
      const list = parameters.map(([name, type], place) => `${name} => $${place + 1}::${type}`).join(", ");
      const text = isValue
        ? `select public.${name}(${list}) as answer`
        : `select coalesce(json_agg(r), '[]') as answer from public.${name}(${list}) r`;
      try {
        const [row] = await sql.unsafe<{ answer: unknown }[]>(
          text,
          parameters.map(([, , value]) => parameterOf(value)),
        );
        return rowsOf(row?.answer, isValue);
      } catch (error) {
        const known = error instanceof postgres.PostgresError
          ? refusal(error.code, error.message, error.detail)
          : undefined;
        throw known ?? explainDatabaseError(error, url, "list");
      }
    },
    [Symbol.asyncDispose]: () => sql.end(),
  };
}

/** A list in PostgreSQL's own notation, because types are not fetched. */
function parameterOf(value: unknown): string | boolean | null {
  if (typeof value === "boolean" || value === null) return value;
  if (!Array.isArray(value)) return String(value);
  return `{${value.map((word) => `"${String(word).replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

const Problem = z.object({ code: z.string(), message: z.string(), details: z.string().nullish() });

/** Calls a function with somebody's token; gives its answer. */
export type RestCaller = (name: string, parameters: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** With the token of somebody of the staff. `API_URL` and `PUBLISHABLE_KEY` name the project. */
export function restCaller(token: string, env: Readonly<Record<string, string | undefined>>): RestCaller {
  const { API_URL, PUBLISHABLE_KEY } = env;
  if (!API_URL || !PUBLISHABLE_KEY || !URL.canParse(API_URL)) {
    throw new UsageError(
      '--token needs API_URL and PUBLISHABLE_KEY. For the local stack: eval "$(npm run -s status -- --env)"',
    );
  }
  return async (name, parameters) => {
    const response = await fetch(`${API_URL}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        apikey: PUBLISHABLE_KEY,
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(parameters),
    }).catch((error: unknown) => {
      throw new UserError(`Nothing answers at ${API_URL}.`, { cause: error });
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    const { data } = Problem.safeParse(answer);
    if (!data) throw new UserError(`The project answered ${response.status}.`);
    throw refusal(data.code, data.message, data.details ?? undefined) ??
      new UserError(`${data.message} (${data.code})`);
  };
}

/** With the token of an instructor or admin. */
export function restSource(token: string, env: Readonly<Record<string, string | undefined>>): Source {
  const call = restCaller(token, env);
  return {
    async call(name, parameters, isValue) {
      const values = Object.fromEntries(parameters.map(([name, , value]) => [name, value]));
      return rowsOf(await call(name, values), isValue);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
