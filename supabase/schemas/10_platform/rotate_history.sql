-- What:  ops.rotate_history(), which begins another history.
-- Why:   a restore that the database does not notice must void every cursor too (I11).

create function ops.rotate_history()
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant text := private.history();
begin
  perform private.require_role('admin');
  perform private.renew_seed();
  perform private.audit('rotate_history', 'ops.history', null, jsonb_build_object('history', v_before), jsonb_build_object('history', private.history()));
  return private.history();
end
$$;
comment on function ops.rotate_history() is
  'Makes every device start over and send its events again. For restores that the database does not notice, such as rows put back by hand. Returns the new history. Audited.';
