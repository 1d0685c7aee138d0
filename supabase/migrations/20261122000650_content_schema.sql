-- What:  the contract schemas that content is written in, and until when each is served.
-- Why:   an old app keeps working through a stated window, then is told to upgrade; it never gets what it can't read (C8).
-- Locks: none; new objects only.
-- Undo:  drop table content.schema.
create table content.schema (
  schema  smallint not null,
  state   text not null,
  ends_at timestamptz,
  constraint schema_pkey primary key (schema),
  constraint schema_schema_positive check (schema > 0),
  constraint schema_state_known check (state in ('current', 'previous', 'retired'))
);
comment on table content.schema is 'Publishing writes every schema that is not retired; ends_at is announced in the head of a previous one.';
alter table content.schema enable row level security;
create policy schema_all_nobody on content.schema for all to anon, authenticated using (false);
insert into content.schema (schema, state) values (1, 'current');
