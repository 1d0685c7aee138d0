-- What:  require_reason(), the check of the reason that staff give for a look or a decision.
-- Why:   the audit must say why somebody has read or changed a learner's data (O1, O2).

create function private.require_reason(p_reason text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(length(btrim(p_reason)), 0) not between 1 and 500 then
    perform private.raise_error('support_invalid', '`reason` is required, with at most 500 characters.', 'reason');
  end if;
end
$$;
comment on function private.require_reason(text) is 'Raises support_invalid if the reason is missing or longer than 500 characters.';
