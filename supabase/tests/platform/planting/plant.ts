// What a hostile session plants in pg_temp: an object for every name that Carrel's code may look up without a schema.
import type postgres from "postgres";

/** What each planted object warns of when it runs. */
export const RAN = "a planted object ran as";

/** Statements by the kind of object, with all names qualified, since the first ones shadow the names of the later ones. */
export interface Planting {
  functions: string[];
  operators: string[];
  casts: string[];
  relations: string[];
  types: string[];
}

const OWN = `create function pg_temp.own() returns pg_catalog.bool language plpgsql volatile as
  $$ begin raise warning '${RAN} %', current_user; return true; end $$`;

/** Functions and operators of pg_catalog. A copy takes the same arguments, runs own() and answers null. */
const COPIES = `
  with copied as (
    select p.oid, p.proname, format('pg_catalog.%I', r.typname) as result, p.proretset,
      (select string_agg(format('%I.%I', n.nspname, t.typname), ', ' order by a.place)
       from unnest(p.proargtypes) with ordinality a (oid, place) join pg_type t on t.oid = a.oid join pg_namespace n on n.oid = t.typnamespace) as arguments
    from pg_proc p join pg_type r on r.oid = p.prorettype
    where p.pronamespace = 'pg_catalog'::regnamespace and r.typtype <> 'p'
      and not exists (select from unnest(p.proargtypes) a join pg_type t on t.oid = a where t.typtype = 'p'))
  , body as (select ' language plpgsql as $$ begin perform pg_temp.own(); return null; end $$' as text)
  , word as (
    select distinct regexp_split_to_table(p.prosrc, '\\W+') as word from pg_proc p
    where p.pronamespace::regnamespace::text in ('content', 'learner', 'ops', 'private', 'public'))
  select 'functions' as kind, format('create function pg_temp.%I(%s) returns %s', c.proname, c.arguments, c.result) || b.text as statement
  from copied c cross join body b where not c.proretset and c.proname in (select word from word)
  union all
  select 'operators', format('create function pg_temp.operator_%s(%s) returns %s%s', o.oid, c.arguments, c.result, b.text)
    || format('; create operator pg_temp.%s (%sfunction = pg_temp.operator_%s, rightarg = pg_catalog.%I)',
      o.oprname, case when o.oprleft <> 0 then format('leftarg = pg_catalog.%I, ', l.typname) end, o.oid, r.typname)
  from pg_operator o join copied c on c.oid = o.oprcode cross join body b
  left join pg_type l on l.oid = o.oprleft join pg_type r on r.oid = o.oprright
  where o.oprnamespace = 'pg_catalog'::regnamespace`;

/** Views in place of tables: of the catalogue, of Carrel and of the platform; and the names of transition tables. */
const VIEWS = `
  select format('create view pg_temp.%I as select %s where pg_temp.own()', r.name, r.columns) as statement
  from (
    select distinct on (c.relname) c.relname as name, string_agg(format('null::%I.%I as %I', n.nspname, t.typname, a.attname), ', ' order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid and t.typtype = 'b' and t.typname <> '_pg_statistic' join pg_namespace n on n.oid = t.typnamespace and n.nspname in ('pg_catalog', 'information_schema')
    where c.relkind in ('r', 'v', 'p') and not c.relispartition
      and c.relnamespace::regnamespace::text in ('pg_catalog', 'content', 'learner', 'ops', 'private', 'auth', 'realtime', 'storage', 'vault', 'net', 'cron')
    group by c.relname, c.oid
    union all
    select name, 'null::pg_catalog.uuid as id' from unnest(array['old_rows', 'new_rows']) name
  ) r`;

const DOMAINS = `
  select format('create domain pg_temp.%I as pg_catalog.%1$I check (pg_temp.own())', t.typname) as statement
  from pg_type t where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype = 'b' and t.typcategory <> 'A'`;

/** Implicit casts need a type of one's own: one that every common type becomes by itself. */
const CASTS = `
  select format('create function pg_temp.become(pg_catalog.%I) returns pg_temp.mood language plpgsql as $$ begin perform pg_temp.own(); return null; end $$;
    create cast (pg_catalog.%1$I as pg_temp.mood) with function pg_temp.become(pg_catalog.%1$I) as implicit', t.typname) as statement
  from unnest(array['text', 'int4', 'int8', 'uuid', 'jsonb', 'json', 'bool', 'timestamptz', 'bytea']) t (typname)`;

/** Reads off the catalogue what to plant. */
export async function readPlanting(admin: postgres.Sql): Promise<Planting> {
  const statements = async (query: string) =>
    (await admin.unsafe<{ statement: string }[]>(query)).map(({ statement }) => statement);
  const copies = await admin.unsafe<{ kind: string; statement: string }[]>(COPIES);
  const of = (kind: string) => copies.filter((copy) => copy.kind === kind).map(({ statement }) => statement);
  return {
    functions: of("functions"),
    operators: of("operators"),
    casts: ["create type pg_temp.mood as enum ('good')", ...await statements(CASTS)],
    relations: await statements(VIEWS),
    types: await statements(DOMAINS),
  };
}

/** Names of the tables that Carrel makes in pg_temp itself. */
export async function ownTemporaryTables(admin: postgres.Sql): Promise<string[]> {
  const found = await admin<{ name: string }[]>`
    select distinct (regexp_matches(p.prosrc, 'create temp table (\\w+) ', 'g'))[1] as name
    from pg_proc p where p.pronamespace = 'private'::regnamespace`;
  return found.map(({ name }) => name);
}

/** Plants everything in the session's pg_temp. Each statement must succeed. */
export async function plant(session: postgres.Sql, planting: Planting): Promise<void> {
  const { functions, operators, casts, relations, types } = planting;
  await session.unsafe([OWN, ...functions, ...operators, ...casts, ...relations, ...types].join(";\n"))
    .simple();
}
