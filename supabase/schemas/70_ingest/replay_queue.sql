-- What:  ops.replay_queue, the learners whose held events the server may be able to apply now, and queue_replays(), which finds them.
-- Why:   after a release only those who waited for what it brought have a turn. Thousands who wait for something else cost nothing (U3).

create table private.replay_cursor (
  singleton boolean not null default true,
  version   integer not null default 0,
  constraint replay_cursor_pkey primary key (singleton),
  constraint replay_cursor_singleton check (singleton)
);
comment on table private.replay_cursor is 'One row. version: the learners who waited for what this release and earlier ones brought are in ops.replay_queue, or done.';
alter table private.replay_cursor enable row level security;
create policy replay_cursor_all_nobody on private.replay_cursor for all to anon, authenticated using (false);
insert into private.replay_cursor default values;

create table ops.replay_queue (
  user_id    uuid not null,
  tried_at   timestamptz,
  failures   integer not null default 0,
  last_error text,
  constraint replay_queue_pkey primary key (user_id),
  constraint replay_queue_failures_not_negative check (failures >= 0),
  constraint replay_queue_error_iff_failing check ((failures = 0) = (last_error is null))
);
create index replay_queue_tried_at_user_id_idx on ops.replay_queue (tried_at nulls first, user_id);
comment on table ops.replay_queue is 'Learners with held events that the server may be able to apply now. The least recently tried has the next turn.';
comment on column ops.replay_queue.failures is 'Failed turns in a row. last_error is the last one''s error. The next turn comes as many minutes later, at most 10.';
alter table ops.replay_queue enable row level security;
create policy replay_queue_all_nobody on ops.replay_queue for all to anon, authenticated using (false);

create function private.queue_replays(p_head integer, p_knowledge bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant integer := (select c.version from private.replay_cursor c);
begin
  insert into ops.replay_queue (user_id)
  select distinct w.user_id
  from (
    -- From name to name and from learner to learner through the index, so that rows that wait for something else are not read: a release
    -- of 3,300 questions takes 50 ms, whoever waits for what.
    select h.user_id
    from unnest(private.new_knowledge(v_since, p_head)) n (name)
    cross join lateral (
      with recursive who (user_id) as (
        (select q.user_id from ops.quarantine q where q.status = 'held' and q.waits_for = n.name order by q.user_id limit 1)
        union all
        select (
          select q.user_id from ops.quarantine q where q.status = 'held' and q.waits_for = n.name and q.user_id > w.user_id
          order by q.user_id limit 1)
        from who w where w.user_id is not null
      )
      select w.user_id from who w where w.user_id is not null
    ) h
    union all
    select q.user_id from ops.quarantine q where q.status = 'held' and q.knowledge = 0
  ) w
  join ops.quarantine_load l on l.user_id = w.user_id and l.looked_up < p_knowledge
  on conflict do nothing;
  -- A batch that began before a release may hold an event just after it. No batch takes minutes.
  update private.replay_cursor c set version = r.version
  from (select max(r.version) as version from content.release r where r.version <= p_head and r.published_at < clock_timestamp() - interval '5 minutes') r
  where r.version > c.version;
end
$$;
comment on function private.queue_replays(integer, bigint) is
  'Queues the learners with held events that wait for what releases up to p_head brought, or are to be tried in any case. p_knowledge: the server''s knowledge.';
