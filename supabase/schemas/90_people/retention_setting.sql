-- What:  ops.retention_setting: how long the rows of tables are kept that have no other setting for it.
-- Why:   what is not needed any more should go, by configuration (O5). What correctness needs has no row here and is kept.
create table ops.retention_setting (
  id            text not null,
  keep          interval,
  keep_at_least interval not null,
  constraint retention_setting_pkey primary key (id),
  constraint retention_setting_keep_long_enough check (keep >= keep_at_least)
);
comment on table ops.retention_setting is
  'One row a table. keep: how long its settled rows are kept; null: for good. ops.retention() lists all tables, ops.set_retention() changes them.';
comment on column ops.retention_setting.keep_at_least is 'The shortest time that is allowed.';
alter table ops.retention_setting enable row level security;
create policy retention_setting_all_nobody on ops.retention_setting for all to anon, authenticated using (false);
insert into ops.retention_setting (id, keep, keep_at_least) values
  ('ops.quarantine', null, '31 days'), ('ops.projection_difference', null, '31 days'), ('ops.webhook_message', '30 days', '1 day');
create trigger retention_setting_audit_insert after insert on ops.retention_setting
  referencing new table as new_rows for each statement execute function private.audit_change();
create trigger retention_setting_audit_update after update on ops.retention_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger retention_setting_stays before delete or truncate on ops.retention_setting
  for each statement execute function private.forbid_change();
