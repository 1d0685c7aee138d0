// The database of the Edge Functions: private functions, called with the role carrel_edge. SQL builds the JSON, and its text is
// passed on without parsing: JSON.parse would change numbers and cost more than the query.
import { inTime } from "./clock.ts";
import { connect, type Value } from "./connection.ts";
import { problemOf } from "./database_error.ts";
import { Problem } from "./problem.ts";
import { createSlots } from "./slots.ts";
import type { Caller } from "./token.ts";

/** The content of a page. The same cut always gives the same bytes. */
export interface ContentCut {
  history: string | null;
  schema: number;
  since: number;
  until: number;
  /** Ids of domains, or null for all. */
  domains: string[] | null;
  /** Cursor of the page before, or null for the first. */
  after: string | null;
  /** Rows. */
  limit: number;
  /** Whether rows that differ from those of `since` in their version alone come without their texts. */
  same: boolean;
}

/** A node of the hash tree at a version, and the position in its rows. */
export interface NodeCut {
  history: string;
  schema: number;
  version: number;
  /** Of a skill or a domain. */
  id: string;
  after: string | null;
  /** Rows. */
  limit: number;
}

/** A contact of a device, with the content version that it reports, or null. */
export interface Contact extends Caller {
  device: string;
  version: number | null;
}

/** A pull of a learner's changes after a cursor. */
export interface PullCut extends Caller {
  cursor: string | null;
  /** Rows. */
  limit: number;
  /** The token of a batch that the answer must contain, or null. */
  atLeast: string | null;
  /** The device that pulls, or null. */
  device: string | null;
}

/** A device that pushed changes. */
export interface Push {
  learner: string;
  device: string;
}

/** What a batch came to. */
export interface Synced {
  answer: string;
  /** The device of the batch, if the learner's other devices have something to pull. */
  changedBy: string | null;
}

/** The calls of the functions. Every answer is the text that SQL built. Failures are `Problem`s. */
export interface Database {
  contentHead(schema: number): Promise<string>;
  contentExisting(): Promise<string>;
  contentPage(cut: ContentCut): Promise<string>;
  contentManifest(history: string, schema: number, version: number): Promise<string>;
  contentDomains(history: string, schema: number, version: number): Promise<string>;
  contentNode(cut: NodeCut): Promise<string>;
  /** Whether the report was kept, as "true" or "false". */
  reportContent(caller: Caller, report: string): Promise<string>;
  /** How many were recorded. */
  recordContacts(contacts: readonly Contact[]): Promise<string>;
  sync(caller: Caller, lines: string): Promise<Synced>;
  changes(pull: PullCut): Promise<string>;
  /** The account adopts the anonymous learner. */
  adopt(account: Caller, anonymous: Caller): Promise<string>;
  /** How many were sent. */
  hintLearners(pushes: readonly Push[]): Promise<string>;
}

/** The connections of an isolate. docs/operations.md has the total. */
const CONNECTIONS = 4;
/**
 * The most requests that wait for a connection, and how long. The queue of node-postgres is unlimited. With 4 connections and 10 ms
 * a batch, 64 waiting requests are 160 ms of work. A request that has waited for 3 s should be sent to another isolate.
 */
const QUEUE = { atOnce: CONNECTIONS, waiting: 64, waitMs: 3000, refusal: "overloaded" } as const;

/**
 * A request is answered after this time even if the database is silent: 3 s in the queue, 8 s for the statement, and 1 s.
 * Hosted's pooler may keep a query waiting for 60 s. The query continues, and a batch that is sent again counts once.
 */
const ANSWER_MS = 12_000;

/** How a database is used. */
export interface DatabaseOptions {
  answerMs?: number;
  /**
   * The name under which a comment before each statement names its learner, for a router such as PgDog. By default there is none:
   * pg_stat_statements keeps the text of the first statement of a kind, and with it a learner's id.
   */
  learnerComment?: string | undefined;
}

/** The statement with a comment that names the learner, whose id the token check has found to be a UUID. */
function naming(key: string, learner: string, parts: TemplateStringsArray): TemplateStringsArray {
  const named = [`/* ${key}: ${learner} */ ${parts[0]}`, ...parts.slice(1)];
  return Object.assign(named, { raw: named });
}

/** Connects on first use. On hosted `url` is the transaction pooler. */
export function openDatabase(
  url: string,
  { answerMs = ANSWER_MS, learnerComment: key }: DatabaseOptions = {},
): Database {
  const sql = connect(url, "carrel_edge", CONNECTIONS);
  const slots = createSlots(QUEUE);
  const late = () => new Problem("overloaded");

  function row<Row extends object>(parts: TemplateStringsArray, ...values: Value[]): Promise<Row> {
    const answer = slots.run(async () => {
      try {
        const [first] = await sql<Row>(parts, ...values);
        if (!first) throw new Error("The function returned no row.");
        return first;
      } catch (error) {
        throw problemOf(error);
      }
    });
    return inTime(answer, answerMs, late);
  }

  const text = async (parts: TemplateStringsArray, ...values: Value[]) =>
    (await row<{ answer: string }>(parts, ...values)).answer;

  type Text = typeof text;
  const rowOf = (learner: string): typeof row =>
    key ? (parts, ...values) => row(naming(key, learner, parts), ...values) : row;
  const textOf = (learner: string): Text =>
    key ? (parts, ...values) => text(naming(key, learner, parts), ...values) : text;

  return {
    contentHead: (schema) => text`select private.content_head(${schema}::smallint)::text as answer`,
    contentExisting: () => text`select private.content_existing()::text as answer`,
    contentPage: (c) =>
      text`select private.content_page(
        ${c.history}::text, ${c.schema}::smallint, ${c.since}::integer, ${c.until}::integer,
        ${c.domains && `{${c.domains.join(",")}}`}::uuid[], ${c.after}::text, ${c.limit}::integer,
        p_same => ${c.same}::boolean) as answer`,
    contentManifest: (history, schema, version) =>
      text`select private.content_manifest(
        ${history}::text, ${schema}::smallint, ${version}::integer)::text as answer`,
    contentDomains: (history, schema, version) =>
      text`select private.content_domains(
        ${history}::text, ${schema}::smallint, ${version}::integer)::text as answer`,
    contentNode: (c) =>
      text`select private.content_node(
        ${c.history}::text, ${c.schema}::smallint, ${c.version}::integer, ${c.id}::uuid, ${c.after}::text,
        ${c.limit}::integer) as answer`,
    reportContent: ({ learner, session }, report) =>
      textOf(
        learner,
      )`select private.report_content(${learner}::uuid, ${session}::uuid, ${report}::text)::text as answer`,
    recordContacts: (contacts) =>
      text`select private.record_contacts(${JSON.stringify(contacts)}::text::json)::text as answer`,
    sync: ({ learner, session }, lines) =>
      rowOf(learner)<Synced>`select s.answer, s.changed_by as "changedBy"
        from private.sync_for(${learner}::uuid, ${session}::uuid, ${lines}::text) s`,
    changes: (p) =>
      textOf(p.learner)`select private.pull_for(
        ${p.learner}::uuid, ${p.session}::uuid, ${p.cursor}::text, ${p.limit}::integer, ${p.atLeast}::text,
        ${p.device}::uuid) as answer`,
    adopt: (account, anonymous) =>
      textOf(account.learner)`select private.adopt_for(
        ${account.learner}::uuid, ${account.session}::uuid, ${anonymous.learner}::uuid,
        ${anonymous.session}::uuid)::text as answer`,
    hintLearners: (pushes) =>
      text`select private.hint_learners(${JSON.stringify(pushes)}::text::json)::text as answer`,
  };
}
