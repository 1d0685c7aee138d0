-- What:  read_events(): the lines of a batch as events, ready to be applied.
-- Why:   ingest, replay and support's corrections share it, so that whichever way an event comes, the same is made of it.

create function private.read_events(p_user uuid, p_lines text[], p_head integer, p_newest uuid)
returns private.incoming[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lines private.line[] := private.parse_lines(p_lines);
  v_first text := v_lines[1].event ->> 'id';
  v_first_id uuid := case when private.is_ulid(v_first) then private.ulid_to_uuid(v_first) end;
  v_known private.incoming[];
begin
  -- 1 A batch that is sent again shows by its first event. Ids beyond the learner's newest are new: they are not looked up, since that locks
  --   every partition there is.
  if p_newest is null or v_first_id <= p_newest then
    if exists (select from learner.event e where e.user_id = p_user and e.event_id = v_first_id) then
      v_known := private.known_events(p_user, v_lines);
      v_lines := array(select l from unnest(v_lines) l where l.place <> all (array(select k.place from unnest(v_known) k)));
    end if;
  end if;

  -- 2 All others go by the rules, and are stamped with what the content says of them.
  if v_known is null then
    return private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head);
  end if;
  return array(
    select e from unnest(v_known || private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head)) e order by e.place);
end
$$;
comment on function private.read_events(uuid, text[], integer, uuid) is
  'The events of a batch''s lines, the first of which is its header, in their order. '
  'p_newest: the learner''s newest event, beyond which no event is a replay; null where that is not known.';
