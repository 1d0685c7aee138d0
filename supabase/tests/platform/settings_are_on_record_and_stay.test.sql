begin;
select plan(5);

select set_has('select name from tests.setting_table', $$ values ('ops.telemetry_setting'), ('ops.pressure_setting'), ('ops.signal_setting'),
  ('ops.quarantine_setting'), ('ops.content_setting'), ('ops.steering') $$, 'I10: the tables of settings are found');
select is_empty('select tests.settings_without_trail()', 'I10: no setting changes without a record, and none goes that everything rests on');

create table ops.offender_setting (id smallint default 1 constraint offender_setting_one_row check (id = 1));
select set_eq('select tests.settings_without_trail()',
  $$ values ('ops.offender_setting update'), ('ops.offender_setting delete'), ('ops.offender_setting truncate') $$, 'the sweep sees an offender');
create trigger offender_setting_audit_update after update on ops.offender_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger offender_setting_stays before delete or truncate on ops.offender_setting for each statement execute function private.forbid_change();
select is_empty('select tests.settings_without_trail()', 'what is audited and stays is fine');
alter table ops.offender_setting drop constraint offender_setting_one_row;
select set_eq('select tests.settings_without_trail()', $$ values ('ops.offender_setting insert') $$, 'of several rows each is on record from its beginning');

select * from finish();
rollback;
