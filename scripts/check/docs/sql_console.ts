// An SQL console: runs statements as postgres and prints tables, or the error with its SQLSTATE.
import pg from "pg";
import type { Printed } from "./shell.ts";

/** Values stay the text that PostgreSQL sends. */
const AS_TEXT = { getTypeParser: () => (value: string) => value };

type Result = pg.QueryArrayResult<(string | null)[]>;

/** A table; a single value that is JSON stays JSON. */
function render({ fields, rows }: Result): string {
  const [value] = rows.length === 1 && fields.length === 1 ? rows[0] ?? [] : [];
  if (value?.startsWith("{")) return value;
  const lines = [fields.map(({ name }) => name), ...rows.map((row) => row.map((cell) => cell ?? ""))];
  const widths = fields.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const [head = "", ...body] = lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ").trimEnd()
  );
  return [head, widths.map((width) => "-".repeat(width)).join("-+-"), ...body].join("\n");
}

/** Opens a console on a database; each call of `run` takes one or more statements. */
export async function openConsole(
  databaseUrl: string,
): Promise<AsyncDisposable & { run(sql: string): Promise<Printed> }> {
  const client = new pg.Client({ connectionString: databaseUrl, types: AS_TEXT });
  await client.connect();
  return {
    async run(sql) {
      try {
        const answer: unknown = await client.query({ text: sql, rowMode: "array" });
        const results = (Array.isArray(answer) ? answer : [answer]) as Result[];
        return { code: 0, text: results.filter(({ fields }) => fields.length > 0).map(render).join("\n\n") };
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        const detail = error.detail === undefined ? "" : `\nDETAIL:  ${error.detail}`;
        return { code: 1, text: `ERROR:  ${error.code}: ${error.message}${detail}` };
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
