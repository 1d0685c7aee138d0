-- What:  ops.change_note: changes that did not come through the function sync, until a job has sent their hints.
-- Why:   the function sync sends hints after the commit. RPCs, support, replays and edits by hand cannot, but devices must
--        learn of their changes within seconds too (S1).
create table ops.change_note (
  user_id    uuid not null,
  change_seq bigint not null,
  device_id  uuid,
  constraint change_note_pkey primary key (user_id, change_seq)
);
-- One row per change instead of one per learner, because updating a learner's row would wait for the job under the learner's lock.
comment on table ops.change_note is 'Changes whose hints are not sent yet. A row lives for seconds.';
comment on column ops.change_note.device_id is 'The device that pushed the change; null if no device did.';
alter table ops.change_note enable row level security;
create policy change_note_all_nobody on ops.change_note for all to anon, authenticated using (false);

create function private.note_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into ops.change_note (user_id, change_seq, device_id)
  values (new.user_id, new.change_seq, nullif(current_setting('carrel.device', true), '')::uuid)
  on conflict do nothing;
  return null;
end
$$;
comment on function private.note_change() is
  'Row trigger: notes a change for ops.send_change_hints(), with the device named by private.take_batch().';

-- Every change advances the learner's counter, whatever its path. The function sync, which makes nearly all of them, sends its own hints.
create trigger state_note_change after update of change_seq on learner.state
  for each row when (new.change_seq > old.change_seq and session_user <> 'carrel_edge'::text) execute function private.note_change();

create function ops.send_change_hints(p_notes integer default 1000)
returns integer
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pushes json;
begin
  perform private.require_role('admin');
  -- A CTE of its own: a plan may run a subquery again for each row, and its limit would count anew.
  with due as (
    select c.user_id, c.change_seq from ops.change_note c order by c.user_id, c.change_seq limit p_notes for update skip locked
  ), gone as (
    delete from ops.change_note n
    using due
    where n.user_id = due.user_id and n.change_seq = due.change_seq
    -- A change that no device pushed is new to all devices.
    returning n.user_id, coalesce(n.device_id, private.support_device()) as device_id
  )
  select json_agg(json_build_object('learner', p.user_id, 'device', p.device_id)) into v_pushes
  from (select distinct g.user_id, g.device_id from gone g) p;
  return case when v_pushes is null then 0 else private.hint_learners(v_pushes) end;
end
$$;
comment on function ops.send_change_hints(integer) is
  'Sends hints for noted changes through private.hint_learners(). Returns the number of learners. Runs by pg_cron.';

select private.schedule_job('change_hints', '10 seconds', '1 minute', 'select ops.send_change_hints()');
