-- What:  the receipt of an erasure: what was erased, when and by which role, about a learner whose id stays hidden.
-- Why:   somebody outside must be able to check that an erasure was done, without learning whose (O5).

create function private.receipt_subject(p_user uuid, p_salt bytea)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$ select encode(sha256(p_salt || convert_to(p_user::text, 'UTF8')), 'hex') $$;
comment on function private.receipt_subject(uuid, bytea) is 'The commitment to a learner: SHA-256 of the salt and the id in lower case.';

create function private.issue_receipts(p_users uuid[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_issued text[];
begin
  with issued as (
    update ops.erasure e set receipt = json_build_object(
      'format', 'carrel.erasure-receipt/1', 'history', private.history(), 'subject', private.receipt_subject(e.user_id, e.salt), 'reason', e.reason,
      'requested_at', e.requested_at, 'requested_by', e.requested_by, 'erased_at', e.erased_at, 'rows', e.rows, 'tables', e.tables)::text
    -- Asked for again, without new rows: the receipt stays.
    where e.user_id = any (p_users) and ((e.receipt::jsonb -> 'rows')::bigint, e.receipt::jsonb ->> 'reason') is distinct from (e.rows, e.reason)
    returning e.receipt
  )
  select array_agg(encode(sha256(convert_to(i.receipt, 'UTF8')), 'hex')) into v_issued from issued i;
  -- The digest alone, so that nothing of this record has ever to be erased. The audit's log seals it.
  perform private.audit('issue_receipt', 'ops.erasure_receipt', d.digest) from unnest(v_issued) d (digest);
end
$$;
comment on function private.issue_receipts(uuid[]) is 'Writes the receipts of complete erasures, and their digests into the audit trail.';

create function ops.erasure_receipt(p_user uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erasure ops.erasure;
begin
  perform private.require_role('admin');
  select * into v_erasure from ops.erasure e where e.user_id = p_user;
  if v_erasure.receipt is null then
    perform private.raise_error('record_unknown', 'There is no receipt: this learner was not erased, or the erasure is not complete.', p_user::text);
  end if;
  perform private.audit('erasure_receipt', 'learner.state', p_user::text);
  return jsonb_build_object('receipt', v_erasure.receipt, 'digest', encode(sha256(convert_to(v_erasure.receipt, 'UTF8')), 'hex'),
    'salt', encode(v_erasure.salt, 'hex'));
end
$$;
comment on function ops.erasure_receipt(uuid) is
  'The receipt of an erasure as exact text, its SHA-256, and the salt, which together with the learner''s id opens its `subject`. For admins; audited. '
  'Errors: forbidden, record_unknown.';
