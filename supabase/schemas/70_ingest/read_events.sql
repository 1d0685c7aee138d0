-- What:  read_events(): turns the lines of a batch into events that are ready to be applied.
-- Why:   ingest, replay and support's corrections share this function, so an event is read the same way on every path.

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
  -- 1 A retry of a batch is recognised by its first event. Ids newer than the learner's newest event are new. They are not looked up,
  --   because a look-up locks every partition.
  if p_newest is null or v_first_id <= p_newest then
    if exists (select from learner.event e where e.user_id = p_user and e.event_id = v_first_id) then
      v_known := private.known_events(p_user, v_lines);
      v_lines := array(select l from unnest(v_lines) l where l.place <> all (array(select k.place from unnest(v_known) k)));
    end if;
  end if;

  -- 2 All other events are checked by the rules and stamped with the state of the content.
  if v_known is null then
    return private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head);
  end if;
  return array(
    select e from unnest(v_known || private.stamp_events(p_user, private.check_lines(p_user, v_lines), p_head)) e order by e.place);
end
$$;
comment on function private.read_events(uuid, text[], integer, uuid) is
  'The events of a batch''s lines, in order. The first line is the header. '
  'p_newest: the learner''s newest event; newer events are not looked up. Null: unknown.';
