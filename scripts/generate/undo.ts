// The statements that take an area's objects back, read off the statements that create them.
import { firstWordStart, splitStatements } from "../local/postgres/statements.ts";

const NAME = String.raw`((?:"[^"]+"|[a-z_][a-z0-9_]*)(?:\.[a-z_][a-z0-9_]*)?)`;
const TABLE = new RegExp(`^create table ${NAME}`);
const VIEW = new RegExp(`^create view ${NAME}`);
const TYPE = new RegExp(`^create type ${NAME}`);
const FUNCTION = new RegExp(`^create function ${NAME}`);
const TRIGGER = new RegExp(String.raw`^create trigger ${NAME}[\s\S]*?\son ${NAME}`);
const POLICY = new RegExp(String.raw`^create policy ${NAME} on ${NAME}`);
const INDEX = new RegExp(String.raw`^create (?:unique )?index ${NAME} on ${NAME}`);
const JOB = /^select private\.schedule_job\('(\w+)'/;
const ANCHOR = /private\.anchor_history\(('[\w.]+')\)/g;

/** What a text creates, in order. */
function created(statements: string[], pattern: RegExp): RegExpExecArray[] {
  return statements.map((statement) => pattern.exec(statement)).filter((match) => match !== null);
}

/**
 * Undoes SQL sources that create an area's objects. In reverse order of the areas nothing else uses these any more, so that only a
 * table takes something with it: its triggers and the functions that take its rows.
 */
export function undoStatements(sources: string[]): string[] {
  const statements = sources.flatMap((text) =>
    splitStatements(text).map(({ text }) => text.slice(firstWordStart(text)))
  );
  const names = (pattern: RegExp) => created(statements, pattern).map((match) => match[1] ?? "");
  const tables = names(TABLE);
  const onOthers = (kind: string, pattern: RegExp) =>
    created(statements, pattern).filter((match) => !tables.includes(match[2] ?? ""))
      .map((match) => `drop ${kind} ${match[1]} on ${match[2]}`);
  const indexes = created(statements, INDEX).filter((match) => !tables.includes(match[2] ?? ""))
    // An index lies in the schema of its table.
    .map(([, index = "", table = ""]) => `${table.split(".")[0]}.${index}`);
  const jobs = names(JOB).map((name) => `'${name}'`).join(", ");
  const anchors = statements.filter((statement) => statement.startsWith("select "))
    .flatMap((statement) => [...statement.matchAll(ANCHOR)].map((match) => match[1] ?? ""));
  const drop = (kind: string, dropped: string[], suffix = "") =>
    dropped.length > 0 ? [`drop ${kind} ${dropped.join(", ")}${suffix}`] : [];
  return [
    ...jobs === "" ? [] : [
      `select cron.unschedule('carrel_' || j.name) from ops.job j where j.name in (${jobs})`,
      `delete from ops.job where name in (${jobs})`,
    ],
    ...anchors.length > 0 ? [`delete from ops.history_anchor where name in (${anchors.join(", ")})`] : [],
    ...onOthers("trigger", TRIGGER),
    ...onOthers("policy", POLICY),
    ...drop("index", indexes),
    ...drop("view", names(VIEW)),
    ...drop("table", tables, " cascade"),
    ...drop("function if exists", names(FUNCTION)),
    ...drop("type", names(TYPE)),
  ];
}
