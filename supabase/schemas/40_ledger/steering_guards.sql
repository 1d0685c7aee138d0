-- What:  changes of ops.steering are audited, and the row of defaults cannot be removed.
-- Why:   steering reaches every app, and clients need the defaults. Loaded after the defaults, whose insert is no change.

create trigger steering_audit_insert after insert on ops.steering
  referencing new table as new_rows for each statement execute function private.audit_change();
create trigger steering_audit_update after update on ops.steering
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger steering_audit_delete after delete on ops.steering
  referencing old table as old_rows for each statement execute function private.audit_change();
create trigger steering_is_not_truncated before truncate on ops.steering
  for each statement execute function private.forbid_change();
-- Turning the defaults into a row for one platform would remove them too.
create trigger steering_defaults_stay before delete on ops.steering
  for each row when (coalesce(old.platform, old.app_from, old.app_before) is null) execute function private.forbid_change();
create trigger steering_defaults_stay_default before update on ops.steering
  for each row when (coalesce(old.platform, old.app_from, old.app_before) is null and coalesce(new.platform, new.app_from, new.app_before) is not null)
  execute function private.forbid_change();
