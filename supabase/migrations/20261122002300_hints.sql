-- What:  a broadcast to every device when a release is published, and who may listen.
-- Why:   devices learn of new content without polling often; a hint may get lost, polling is the truth (S1).
-- Locks: none; new objects only.
-- Undo:  drop function private.hint_release; drop policy messages_select_carrel on realtime.messages.

create function private.hint_release(p_version integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- realtime.send turns any failure into a warning: a hint never keeps a release from being published.
  perform realtime.send(
    jsonb_build_object('history', private.history(), 'version', p_version), 'release_published', 'content', true);
end
$$;
comment on function private.hint_release(integer) is
  'Broadcasts {history, version} as release_published on the private channel content; sent when the transaction commits.';

-- Clients listen only: there is no policy for insert. A join is probed with topic and extension alone.
create policy messages_select_carrel on realtime.messages for select to authenticated
  using (
    realtime.messages.extension = 'broadcast'
    and (select realtime.topic()) in ('content', 'learner:' || (select auth.uid())::text));
