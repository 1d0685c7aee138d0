// The queries behind the schema cache.

/** Settings of functions that PostgREST applies to the transaction (its default `db-hoisted-tx-settings`). */
const HOISTED = `('statement_timeout', 'plan_filter.statement_cost_limit')`;

/**
 * Callable functions of the schemas $1. A function with several parameters, one of them unnamed, can't be
 * called by name; one unnamed parameter of the listed types takes the whole body. OUT, INOUT and TABLE
 * parameters make the result a row.
 */
export const ROUTINES = `
  select n.nspname as schema, p.proname as name,
    coalesce(input.parameters, '[]') as parameters,
    p.proretset as "returnsSet",
    case when base.oid = 'pg_catalog.void'::regtype then 'void'
      when base.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) then 'composite'
      else 'scalar' end as result,
    case when returned.typtype = 'd' and returned.typname like '%/%' and not p.proretset
      then returned.typname end as "mediaType",
    base.oid = 'pg_catalog.bytea'::regtype as "mediaIsBytes",
    p.provolatile = 'v' as volatile,
    coalesce((
      select json_agg(json_build_array(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)))
      from unnest(p.proconfig) setting where split_part(setting, '=', 1) in ${HOISTED}
    ), '[]') as settings,
    (select level from unnest(p.proconfig) setting, lower(split_part(setting, '=', 2)) level
      where setting like 'default_transaction_isolation=%' and level in ('repeatable read', 'serializable')
    ) as isolation
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_type returned on returned.oid = p.prorettype
  join pg_catalog.pg_type base on base.oid = pg_catalog.pg_basetype(p.prorettype)
  left join lateral (
    select
      json_agg(json_build_object(
        'name', coalesce(argument.name, ''),
        'type', case argument.type::regtype
          when 'bit'::regtype then 'bit varying'
          when 'bit[]'::regtype then 'bit varying[]'
          when 'character'::regtype then 'character varying'
          when 'character[]'::regtype then 'character varying[]'
          else argument.type::regtype::text end,
        'required', argument.position <= p.pronargs - p.pronargdefaults,
        'variadic', coalesce(argument.mode = 'v', false)
      ) order by argument.position) as parameters,
      count(*) as total,
      count(*) filter (where coalesce(argument.name, '') = '') as unnamed,
      bool_and(argument.type in ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text'::regtype)) as whole
    from unnest(p.proargnames, p.proargtypes, p.proargmodes)
      with ordinality as argument (name, type, mode, position)
    where argument.type is not null
  ) input on true
  where n.nspname = any ($1) and p.prokind = 'f' and p.prorettype <> 'pg_catalog.trigger'::regtype
    and (input.unnamed = 0 or input.total = 1 and input.whole)
  order by n.nspname, p.proname, p.oid`;

/** Tables and views of the schemas $1 with their columns; partitions are reached through their parent. */
export const RELATIONS = `
  select n.nspname as schema, c.relname as name,
    coalesce((
      select json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'default', case
          when a.attidentity <> '' then format('nextval(%L)', pg_get_serial_sequence(
            quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname))
          when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end
      ) order by a.attnum)
      from pg_catalog.pg_attribute a
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ), '[]') as columns,
    coalesce((
      select json_agg(a.attname order by key.position)
      from pg_catalog.pg_index i, unnest(i.indkey) with ordinality as key (number, position)
      join pg_catalog.pg_attribute a on a.attnum = key.number
      where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid
    ), '[]') as "primaryKey"
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any ($1) and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
  order by n.nspname, c.relname`;

/** Settings of the roles that authenticator may become: a role's own settings apply to logins alone. */
export const ROLES = `
  select r.rolname as name,
    coalesce(json_agg(json_build_array(s.name, s.value)) filter (
      where s.name <> 'default_transaction_isolation'), '[]') as settings,
    max(s.value) filter (where s.name = 'default_transaction_isolation'
      and s.value in ('repeatable read', 'serializable')) as isolation
  from pg_catalog.pg_auth_members m
  join pg_catalog.pg_roles r on r.oid = m.roleid
  cross join lateral unnest(r.rolconfig) setting
  cross join lateral (
    select split_part(setting, '=', 1), lower(substr(setting, strpos(setting, '=') + 1))) s (name, value)
  join pg_catalog.pg_settings known on known.name = s.name
    and (known.context = 'user' or has_parameter_privilege(current_user, known.name, 'set'))
  where m.member = current_user::regrole
  group by r.rolname`;
