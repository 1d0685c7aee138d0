-- What:  the rules for batches and events as rows: one jsonpath predicate per field.
-- Why:   validation covers every constraint of the tables and names the invalid field. The rows are generated from the contract's
--        zod schemas (event_rules.gen.sql), so client and server agree. A differential test compares the two.
create table private.event_rule (
  type        text not null,
  version     smallint not null,
  place       smallint not null,
  field       text not null,
  rule        jsonpath not null,
  requirement text not null default 'must be valid',
  constraint event_rule_pkey primary key (type, version, place)
);
comment on table private.event_rule is
  'A field is valid if its rule is true. Unknown fields are ignored. The types batch and event are the envelopes.';
comment on column private.event_rule.place is 'The order of the fields. A verdict names the first invalid one.';
comment on column private.event_rule.requirement is 'The rule in words.';

create table private.event_type (
  type    text not null,
  version smallint not null,
  rules   jsonpath not null,
  kept_in text not null default 'ledger',
  constraint event_type_pkey primary key (type, version),
  constraint event_type_kept_in_known check (kept_in in ('ledger', 'telemetry'))
);
comment on table private.event_type is 'All rules of a type in one predicate, evaluated once for a valid event. Single rules are evaluated only for an invalid event.';
comment on column private.event_type.kept_in is 'ledger: permanently. telemetry: in ops.telemetry for some months.';

alter table private.event_rule enable row level security;
alter table private.event_type enable row level security;
create policy event_rule_all_nobody on private.event_rule for all to anon, authenticated using (false);
create policy event_type_all_nobody on private.event_type for all to anon, authenticated using (false);

create function private.broken_field(p_type text, p_version smallint, p_value jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select r.field
  from private.event_rule r
  where r.type = p_type and r.version = p_version and (p_value @@ r.rule) is not true
  order by r.place
  limit 1
$$;
comment on function private.broken_field(text, smallint, jsonb) is
  'The first field that breaks a rule of its type (empty for the whole value), or null.';
