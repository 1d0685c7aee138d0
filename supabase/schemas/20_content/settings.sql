-- What:  operators' settings for content: the poll interval, the deletion limit, and retention.
-- Why:   publishing, delivery and compaction read one row, which operators change without a deployment (C4).
create table ops.content_setting (
  id            smallint not null default 1,
  poll_after_s  integer not null default private.default_poll_after_s(),
  keep_versions integer not null default 50,
  keep_age      interval not null default '90 days',
  keep_answers  interval not null default '730 days',
  keep_reports  interval not null default '180 days',
  force_share   numeric not null default 0.2,
  horizon       integer not null default 0,
  constraint content_setting_pkey primary key (id),
  constraint content_setting_one_row check (id = 1),
  -- 10,000 devices at 10 s send 1,000 requests a second. The longest interval, a day, limits the cost of a lost hint.
  constraint content_setting_poll_after_s_in_range check (poll_after_s between 10 and 86400),
  constraint content_setting_keep_versions_positive check (keep_versions >= 1),
  constraint content_setting_keep_age_positive check (keep_age >= interval '1 hour'),
  constraint content_setting_answers_outlive_deltas check (keep_answers >= keep_age),
  constraint content_setting_keep_reports_positive check (keep_reports >= interval '1 day'),
  -- 0: every deletion needs force. 1: no deletion needs force. (NaN is greater than 1.)
  constraint content_setting_force_share_in_range check (force_share between 0 and 1),
  constraint content_setting_horizon_not_negative check (horizon >= 0)
);
comment on table ops.content_setting is
  'One row: the poll interval, the deletion limit, and how long ops.compact_content() and ops.prune_content_reports() keep data.';
comment on column ops.content_setting.poll_after_s is 'Seconds between two polls of the head. Every head contains the value.';
comment on column ops.content_setting.keep_answers is
  'How long a superseded answer key is kept. Longer than deltas, because an offline answer from months ago is graded by the version answered.';
comment on column ops.content_setting.keep_reports is 'How long devices'' cache reports are kept (ops.content_report).';
comment on column ops.content_setting.force_share is
  'The share of the published rows (domains, skills and questions together), 0 to 1, that a release may withdraw without force. '
  'Protects against a wrong WHERE clause.';
comment on column ops.content_setting.horizon is
  'The oldest version that can be read or used as `since`. Only ops.compact_content() writes it.';
insert into ops.content_setting default values;

alter table ops.content_setting enable row level security;
create policy content_setting_all_nobody on ops.content_setting for all to anon, authenticated using (false);

create trigger content_setting_audit_update after update on ops.content_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger content_setting_stays before delete or truncate on ops.content_setting
  for each statement execute function private.forbid_change();

create function private.delete_share(p_deletes bigint)
returns numeric
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p_deletes::numeric / nullif(r.domains + r.skills + r.questions, 0), 0)
  from (values (1)) always (row)
  left join (select * from content.release order by version desc limit 1) r on true
$$;
comment on function private.delete_share(bigint) is 'The share of the published rows, 0 to 1, that p_deletes deletions would withdraw.';

create function private.needs_force(p_deletes bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select private.delete_share(p_deletes) > s.force_share from ops.content_setting s $$;
comment on function private.needs_force(bigint) is 'Whether that many deletions need force.';

create function private.content_horizon()
returns integer
language plpgsql -- rather than sql, which plans at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.horizon from ops.content_setting s);
end
$$;
comment on function private.content_horizon() is
  'The oldest version whose state is complete; 0 before the first compaction. The limit for a roll-back.';
