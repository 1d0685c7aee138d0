-- What:  the rules of batches and events, as rows: one jsonpath predicate for each field.
-- Why:   validation implies every constraint of the tables, and names the field that is wrong. The rows are generated from the contract's
--        zod schemas (event_rules.gen.sql), so that a client gets the same verdict; a differential test compares the two.
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
comment on column private.event_rule.place is 'The order of the fields: a verdict names the first one that breaks its rule.';
comment on column private.event_rule.requirement is 'The rule as a person would say it.';

create table private.event_type (
  type    text not null,
  version smallint not null,
  rules   jsonpath not null,
  kept_in text not null default 'ledger',
  constraint event_type_pkey primary key (type, version),
  constraint event_type_kept_in_known check (kept_in in ('ledger', 'telemetry'))
);
comment on table private.event_type is 'All rules of a type in one predicate. A valid event takes one evaluation; only of an invalid one each rule is evaluated.';
comment on column private.event_type.kept_in is 'The ledger, for good; or ops.telemetry, for some months.';

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
  'The first field that breaks a rule of its type (empty for the value itself), or null.';
