// A database's catalogue as facts that can be compared: "column ops.job.every" is "interval not null".
import type postgres from "postgres";

/** Texts by what they are about. */
export type Catalogue = Map<string, string>;

const FACTS = await Deno.readTextFile(new URL("facts.sql", import.meta.url));

/** Schemas whose rows are settings as long as nobody has used the database; and other tables in which migrations write. */
const CONFIGURED = ["content", "learner", "ops", "private"];
const CONFIGURED_TABLES = ["cron.job", "storage.buckets"];

/** Types of which every database has its own values, and columns that are derived from these. */
const OWN_TYPES = ["uuid", "timestamp with time zone"];
const OWN_COLUMNS = [
  "ops.erasure_check.history",
  "cron.job.jobid",
  "cron.job.nodeport",
  "ops.history_anchor.oid",
];

interface ConfiguredTable {
  name: string;
  /** Its columns that are the same in every database, as SQL names. */
  columns: string[];
  /** Those of them that name the row. */
  key: string[];
}

async function configuredTables(sql: postgres.ISql): Promise<ConfiguredTable[]> {
  return await sql<ConfiguredTable[]>`
    with configured as (
      select c.oid, c.oid::regclass::text as name from pg_class c
      where c.relkind in ('r', 'p') and not c.relispartition
        and (c.relnamespace::regnamespace::text = any (${CONFIGURED}) or c.oid = any (
          select to_regclass(t) from unnest(${CONFIGURED_TABLES}::text[]) t))
    )
    select t.name, array_agg(quote_ident(a.attname) order by a.attnum) as columns,
      coalesce(array_agg(quote_ident(a.attname) order by a.attnum) filter (where a.attnum = any (i.indkey)
        or t.name = 'cron.job' and a.attname = 'jobname'), '{}') as key
    from configured t
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = t.oid and i.indisprimary
    where format_type(a.atttypid, null) <> all (${OWN_TYPES}) and t.name || '.' || a.attname <> all (${OWN_COLUMNS})
    group by t.name order by t.name`;
}

async function readRows(sql: postgres.ISql): Promise<[string, string][]> {
  const facts: [string, string][] = [];
  for (const { name, columns, key } of await configuredTables(sql)) {
    // Rows whose key is their own database's are told apart by their order.
    const rows = await sql.unsafe<{ key: string; row: string }[]>(`
      select concat_ws(', ', ${
      key.map((column) => `r.${column}`).join(", ") || "null"
    }, 'number ' || nullif(row_number() over same, 1)) as key,
        (select string_agg(format('%s: %s', f.key, coalesce(f.value, 'null')), E'\\n') from json_each_text(to_json(r)) f) as row
      from (select ${columns.join(", ")} from ${name}) r
      window same as (partition by ${
      key.map((column) => `r.${column}`).join(", ") || "null"
    } order by to_jsonb(r)::text)`);
    facts.push(...rows.map(({ key, row }): [string, string] => [`row of ${name} ${key}`.trim(), row]));
  }
  return facts;
}

/** Reads a database's catalogue, and the rows that are configuration, as of one moment. */
export async function readCatalogue(sql: postgres.Sql): Promise<Catalogue> {
  const connection = await sql.reserve();
  try {
    // Taken back at the end, with the temporary functions and tables. Without a search path every name is shown with its schema.
    await connection.unsafe(
      "begin isolation level repeatable read; set local search_path = ''; set local jit = off",
    ).simple();
    const results = await connection.unsafe(FACTS).simple();
    const facts = results.flat() as unknown as { fact: string; value: string }[];
    return new Map([
      ...facts.map(({ fact, value }): [string, string] => [fact, value]),
      ...await readRows(connection),
    ]);
  } finally {
    await connection`rollback`;
    connection.release();
  }
}
