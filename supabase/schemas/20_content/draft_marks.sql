-- What:  content.draft_mark: which drafts changed since they were last published.
-- Why:   a release of 100 changes must not read 50,000 drafts. A trigger writes the mark, however the draft is edited.
create table content.draft_mark (
  mark bigint generated always as identity,
  kind text not null,
  ids  uuid[] not null,
  constraint draft_mark_pkey primary key (mark),
  constraint draft_mark_kind_known check (kind in ('domain', 'skill', 'question'))
);
comment on table content.draft_mark is
  'One row per statement that changed drafts. Publishing takes the marks that its snapshot of the drafts contains. '
  'An edit that commits later has its own mark. A flag on the draft could not keep the two apart.';
alter table content.draft_mark enable row level security;
create policy draft_mark_all_nobody on content.draft_mark for all to anon, authenticated using (false);

create function private.mark_drafts()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Per statement, so an import of 50,000 rows is one mark. If a row's id changes, both ids are marked.
  case tg_op
    when 'INSERT' then
      insert into content.draft_mark (kind, ids) select tg_table_name, array_agg(n.id) from new_rows n having count(*) > 0;
    when 'UPDATE' then
      insert into content.draft_mark (kind, ids)
      select tg_table_name, array_agg(distinct e.id)
      from (select n.id from new_rows n union all select o.id from old_rows o) e having count(*) > 0;
    when 'DELETE' then
      insert into content.draft_mark (kind, ids) select tg_table_name, array_agg(o.id) from old_rows o having count(*) > 0;
  end case;
  return null;
end
$$;
comment on function private.mark_drafts() is 'Statement trigger: marks the changed drafts.';

do $$
declare
  v_table text;
begin
  foreach v_table in array array['domain', 'skill', 'question'] loop
    perform private.watch_table(format('content.%I', v_table), 'mark', 'private.mark_drafts');
  end loop;
end
$$;

create function ops.mark_all_drafts()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  -- Published rows without a draft are marked too, so that the next release withdraws them.
  insert into content.draft_mark (kind, ids)
  select e.kind, array_agg(distinct e.id)
  from (
    select 'domain' as kind, d.id from content.domain d
    union all select 'skill', s.id from content.skill s
    union all select 'question', q.id from content.question q
    union all select r.kind, r.id from content.revision r
  ) e
  group by e.kind;
  perform private.audit('mark_all_drafts', 'content.draft_mark');
end
$$;
comment on function ops.mark_all_drafts() is
  'Makes the next release compare every draft. Needed after triggers were disabled, or when a schema joins content.schema. Admins.';
