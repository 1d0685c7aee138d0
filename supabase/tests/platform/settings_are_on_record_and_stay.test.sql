begin;
select plan(5);

select set_has('select name from tests.setting_table', $$ values ('ops.telemetry_setting'), ('ops.pressure_setting'), ('ops.signal_setting'),
  ('ops.quarantine_setting'), ('ops.content_setting'), ('ops.steering') $$, 'I10: the sweep knows the tables of settings');
select is_empty('select tests.settings_without_trail()', 'I10: every change of a setting is audited, and the row of settings cannot be removed');

create table ops.offender_setting (id smallint default 1 constraint offender_setting_one_row check (id = 1));
select set_eq('select tests.settings_without_trail()',
  $$ values ('ops.offender_setting update'), ('ops.offender_setting delete'), ('ops.offender_setting truncate') $$, 'the sweep finds a table of settings without audit and protection');
create trigger offender_setting_audit_update after update on ops.offender_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger offender_setting_stays before delete or truncate on ops.offender_setting for each statement execute function private.forbid_change();
select is_empty('select tests.settings_without_trail()', 'the sweep accepts a table of settings that is audited and protected');
alter table ops.offender_setting drop constraint offender_setting_one_row;
select set_eq('select tests.settings_without_trail()', $$ values ('ops.offender_setting insert') $$, 'the sweep wants inserts audited where a table of settings has several rows');

select * from finish();
rollback;
