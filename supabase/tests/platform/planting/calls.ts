// Calls of all functions of Carrel that a role may execute, with arguments that lead into them.
import type postgres from "postgres";

/** Who calls, and with which data. */
export interface World {
  learner: string;
  session: string;
  device: string;
  /** Lines of a batch of this learner. */
  lines: string;
}

/** Arguments by `name type` or by name: SQL that an administrator evaluates just before the call. By type where no name is listed. */
const ARGUMENTS: Record<string, string> = {
  "p_user": "$1.learner",
  "p_session": "$1.session",
  "p_account": "$1.learner",
  "p_anonymous": "gen_random_uuid()",
  "p_anonymous_session": "gen_random_uuid()",
  "learner": "$1.learner",
  "p_learner": "$1.learner",
  "device": "$1.device",
  "p_device": "$1.device",
  "device_id": "$1.device",
  "p_device_id": "$1.device",
  "p_lines": "$1.lines",
  "p_batch": "(select json_agg(l::json) from unnest(string_to_array($1.lines, E'\\n')) l where l is json)",
  "p_pushes": "json_build_array(json_build_object('learner', $1.learner, 'device', $1.device))",
  "p_contacts":
    "json_build_array(json_build_object('learner', $1.learner, 'session', $1.session, 'device', $1.device, 'version', 1))",
  "p_report": `'{"kind": "mismatch", "version": 1, "rows": 0, "nodes": []}'`,
  "p_history": "private.history()",
  "history": "private.history()",
  "p_domain": "(select id from content.domain limit 1)",
  "domains": "array(select id from content.domain limit 1)",
  "p_domains": "array(select id from content.domain limit 1)",
  "p_skill": "(select id from content.skill limit 1)",
  "skill": "(select id from content.skill limit 1)",
  "p_skill_id": "(select id from content.skill limit 1)",
  "skill_id": "(select id from content.skill limit 1)",
  "p_id uuid": "(select id from content.domain limit 1)",
  "p_lease": "(select lease from content.bundle where lease is not null limit 1)",
  "p_ids": "array(select encode(sha256, 'hex') from ops.quarantine limit 1)",
  "ids": "array(select encode(sha256, 'hex') from ops.quarantine limit 1)",
  "p_id text": "(select encode(sha256, 'hex') from ops.quarantine limit 1)",
  "id": "(select encode(sha256, 'hex') from ops.quarantine limit 1)",
  "event_id": "'01ARZ3NDEKTSV4RRFFQ69G5FAV'",
  "p_event_id": "'01ARZ3NDEKTSV4RRFFQ69G5FAV'",
  "occurred_at": "'2026-11-01T10:00:00.000Z'",
  "p_occurred_at": "'2026-11-01T10:00:00.000Z'",
  "p_code": "'malformed_line'",
  "with_code": "'malformed_line'",
  "kind": "'attempt'",
  "p_kind": "'attempt'",
  "url": "'https://example.com/hook'",
  "p_url": "'https://example.com/hook'",
  "p_endpoint": "(select id from ops.webhook_endpoint limit 1)",
  "endpoint": "(select id from ops.webhook_endpoint limit 1)",
  "p_message": "(select id from ops.webhook_message limit 1)",
  "message": "(select id from ops.webhook_message limit 1)",
  "p_outcome": "'delivered'",
  "p_sha256": "encode(sha256('x'), 'hex')",
  "p_reason": "'A reason.'",
  "reason": "'A reason.'",
  "p_expected_hash": "(select private.preview_release(1) ->> 'hash')",
  "expected_hash": "(select private.preview_release(1) ->> 'hash')",
  "p_at": "now() + interval '1 day'",
  "at": "now() + interval '1 day'",
  "p_mended": `'{"type": "session.started"}'`,
  "mended": `'{"type": "session.started"}'`,
};
const BY_TYPE: Record<string, string> = {
  boolean: "true",
  integer: "1",
  bigint: "1",
  smallint: "2",
  "double precision": "0.5",
  datemultirange: "'{[2026-11-01,2026-11-02)}'",
};

interface Callable {
  name: string;
  arguments: { name: string; type: string }[];
}

/** All functions of Carrel that the role may execute, triggers aside. */
export async function callable(admin: postgres.Sql, role: string): Promise<Callable[]> {
  return await admin<Callable[]>`
    select format('%I.%I', n.nspname, p.proname) as name, coalesce((
      select json_agg(json_build_object('name', coalesce(p.proargnames[a.place], ''), 'type', format_type(a.oid, null)) order by a.place)
      from unnest(p.proargtypes) with ordinality a (oid, place)), '[]') as arguments
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('content', 'learner', 'ops', 'private', 'public') and p.prorettype <> 'trigger'::regtype
      and has_schema_privilege(${role}, n.oid, 'usage') and has_function_privilege(${role}, p.oid, 'execute')
    -- Support's decisions about quarantined events come after the reads, and publishing after the previews.
    order by p.proname ~ 'discard|settle|mend|rollback|publish', n.nspname, p.proname`;
}

/** The tables and views of Carrel that the role may read: their policies and definitions are code too. */
export async function readable(admin: postgres.Sql, role: string): Promise<string[]> {
  const found = await admin<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('content', 'learner', 'ops', 'private', 'public') and c.relkind in ('r', 'p', 'v')
      and has_schema_privilege(${role}, n.oid, 'usage') and has_table_privilege(${role}, c.oid, 'select') order by 1`;
  return found.map(({ name }) => name);
}

/** A statement that calls the function: every type is qualified, so that only Carrel's own code can meet a planted one. */
export async function callOf(
  admin: postgres.Sql,
  world: World,
  { name, arguments: all }: Callable,
): Promise<string> {
  const given = all.map(({ name, type }) =>
    ARGUMENTS[`${name} ${type}`] ?? ARGUMENTS[name] ?? BY_TYPE[type] ?? "null"
  );
  const evaluated = given.map((expression, i) => {
    const bound = expression.replaceAll("$1.", "w.");
    return `quote_nullable((${bound})::${all[i]?.type}::text)`;
  });
  const [row] = await admin.unsafe<{ values: string[] }[]>(
    `select array[${evaluated.join(", ")}]::text[] as values
     from json_to_record($1::text::json) as w (learner uuid, session uuid, device uuid, lines text)`,
    [JSON.stringify(world)],
  );
  const types = await admin<{ type: string }[]>`
    select format('pg_catalog.%I', t.typname) as type
    from unnest(${
    all.map(({ type }) => type)
  }::text[]) with ordinality a (name, place) join pg_type t on t.oid = a.name::regtype order by a.place`;
  const passed = all.map(({ name }, i) => `${name && `${name} => `}${row?.values[i]}::${types[i]?.type}`);
  return `select * from ${name}(${passed.join(", ")})`;
}
