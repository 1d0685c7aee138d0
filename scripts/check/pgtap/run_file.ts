// Runs one pgTAP file on a connection and says what is wrong with it.
import pg, { type QueryArrayConfig } from "pg";
import type { Failure } from "../step.ts";
import { sqlFailure } from "./sql_failure.ts";
import { TapReader } from "./tap.ts";

/** What one file's tests gave. */
export interface FileReport {
  passed: number;
  failures: Failure[];
}

/** Type oid of `text`, which every pgTAP assertion returns; other columns are results of the file's own calls. */
const TEXT_OID = 25;

/** What the server said while it ran a text. */
interface Run {
  reader: TapReader;
  /** Command tags in order, such as BEGIN and SELECT 1: one for each statement that succeeded. */
  tags: string[];
  /** Whether `finish()` was called: its column has its name. */
  finished: boolean;
  error: pg.DatabaseError | undefined;
}

/**
 * Sends a text whole, by the simple protocol: the file is what runs, statement by statement, as in psql,
 * and an error ends it.
 */
async function send(client: pg.Client, text: string): Promise<Run> {
  const run: Run = { reader: new TapReader(), tags: [], finished: false, error: undefined };
  const onTag = ({ text }: { text: string }) => run.tags.push(text);
  const onColumns = ({ fields }: { fields: { name: string }[] }) => {
    if (fields.length === 1 && fields[0]?.name === "finish") run.finished = true;
  };
  client.connection.on("commandComplete", onTag).on("rowDescription", onColumns);
  const config: QueryArrayConfig = { text, rowMode: "array" };
  const query = new pg.Query<string[]>(config);
  query.on("row", (row, result) => {
    const [column, ...others] = result?.fields ?? [];
    if (column?.dataTypeID === TEXT_OID && others.length === 0 && row[0] !== null) {
      run.reader.row(row[0] ?? "");
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    query.on("end", () => resolve());
    query.on("error", (error) => {
      if (!(error instanceof pg.DatabaseError)) return reject(error);
      run.error = error;
      resolve();
    });
  });
  client.query(query);
  try {
    await ended;
  } finally {
    client.connection.off("commandComplete", onTag).off("rowDescription", onColumns);
  }
  return run;
}

/** Rules that keep files independent of each other; only asked of a file without an SQL error. */
function checkTransaction(run: Run): string[] {
  const wrong: string[] = [];
  if (run.tags[0] !== "BEGIN") wrong.push("does not start with `begin;`");
  if (run.tags.includes("COMMIT")) wrong.push("commits: what it did stays behind");
  if (run.tags.at(-1) !== "ROLLBACK") wrong.push("does not end with `rollback;`");
  if (!run.finished) wrong.push("does not call `finish()`");
  return wrong;
}

/** Runs a file, whose path is only for the report, and leaves the connection as it was. */
export async function runFile(client: pg.Client, file: string, text: string): Promise<FileReport> {
  const run = await send(client, text);
  // After an error the client does not know the status yet.
  if (run.error || client.getTransactionStatus() !== "I") await client.query("rollback");
  // Session settings, advisory locks and temporary tables that outlive a transaction.
  await client.query("discard all");

  const { error } = run;
  const { tests, ran, planned, bailedOut } = run.reader.end();
  const failures: Failure[] = tests.filter((test) => !test.ok).map((test) => ({
    at: file,
    message: test.description,
    detail: test.diagnostics.join("\n"),
  }));
  const wrong = (message: string) => failures.push({ at: file, message });
  if (error) {
    const failure = sqlFailure(file, text, error, run.tags.length);
    const last = tests.at(-1);
    const after = last ? `after the test: ${last.description}` : "before the first test";
    failures.push({ ...failure, detail: `${failure.detail}\n${after}` });
  } else {
    if (bailedOut !== undefined) wrong(`bailed out: ${bailedOut}`);
    else if (ran === 0) wrong("asserts nothing");
    else if (planned === undefined) wrong("has no plan");
    else if (planned !== ran) wrong(`planned ${planned} tests but ran ${ran}`);
    for (const message of checkTransaction(run)) wrong(message);
  }
  return { passed: tests.filter((test) => test.ok).length, failures };
}
