-- What:  idle_learners(), the learners who have made no contact for some time.
-- Why:   a clean-up of anonymous accounts by their date of creation deletes learners who study every day (O5).
create function ops.idle_learners(
  p_idle interval, p_anonymous boolean default null, p_rows integer default 1000, p_after timestamptz default null, p_after_user uuid default null)
returns table (user_id uuid, is_anonymous boolean, last_contact_at timestamptz)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rows constant integer := private.row_limit('p_rows', p_rows, 1000, 10000);
  v_shown uuid[] := '{}';
begin
  perform private.require_role('admin');
  perform private.require_interval('p_idle', p_idle, '1 day');
  for user_id, is_anonymous, last_contact_at in
  select k.id, k.is_anonymous, c.at
  from (
    select u.id, u.is_anonymous, greatest(u.created_at, u.last_sign_in_at) as at from auth.users u where u.deleted_at is null
    union all
    -- Learners of another sign-in service have no account here.
    select s.user_id, null, null from learner.state s
    where not exists (select from auth.users u where u.id = s.user_id)
      and not exists (select from ops.account_deletion d where d.user_id = s.user_id)
  ) k
  cross join lateral (
    -- A device shows itself at least twice an hour while it is in use. A token is refreshed even where nothing is sent.
    select greatest(k.at,
      (select max(d.last_seen_at) from learner.device d where d.user_id = k.id),
      (select max(b.created_at) from learner.state b where b.user_id = k.id),
      (select max(greatest(n.updated_at, n.refreshed_at at time zone 'utc')) from auth.sessions n where n.user_id = k.id)) as at
  ) c
  where c.at < now() - p_idle and (p_anonymous is null or k.is_anonymous = p_anonymous)
    and (p_after is null or (c.at, k.id) > (p_after, coalesce(p_after_user, '00000000-0000-0000-0000-000000000000')))
    and not exists (select from ops.erasure e where e.user_id = k.id)
  order by c.at, k.id
  limit v_rows
  loop
    v_shown := v_shown || user_id;
    return next;
  end loop;
  perform private.audit_look('idle_learners', 'auth.users', v_shown, jsonb_build_object('idle', p_idle, 'anonymous', p_anonymous));
end
$$;
comment on function ops.idle_learners(interval, boolean, integer, timestamptz, uuid) is
  'Learners without any contact for p_idle, longest idle first, at most p_rows (10,000). p_anonymous: true for anonymous accounts alone, false for all '
  'others. p_after and p_after_user: the last row of the page before. is_anonymous is null without an account. For admins; audited, for each learner too.';
