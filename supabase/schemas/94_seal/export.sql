-- What:  ops.audit_export, the audit log as lines of JSON for `npm run audit -- export`.
-- Why:   a line holds the texts as the record is now, and the hash as it was sealed. So anybody can verify an export offline (O1).

create function private.audit_line(p_leaf ops.audit_leaf, p_record ops.audit)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select json_build_object(
    'leaf', p_leaf.leaf, 'hash', encode(p_leaf.hash, 'hex'),
    'record', case when p_record.id is not null then private.audit_record(p_record, p_leaf.source_hash, p_leaf.contents_hash) end,
    'source', p_record.source, 'source_salt', encode(p_leaf.source_salt, 'hex'),
    'contents', private.audit_contents(p_record), 'contents_salt', encode(p_leaf.contents_salt, 'hex'))
$$;
comment on function private.audit_line(ops.audit_leaf, ops.audit) is
  'A leaf and its record as one line of an export. Without a leaf the record is not sealed yet; without a record somebody has removed it.';

create view ops.audit_export with (security_invoker = true) as
select l.leaf, private.audit_line(l, a) as line from ops.audit_leaf l left join ops.audit a on a.id = l.audit
union all
select null, private.audit_line(null, a) from ops.audit a where not exists (select from ops.audit_leaf l where l.audit = a.id);
comment on view ops.audit_export is 'One row per leaf, and one per record that is not sealed yet. For administrators by SQL.';
