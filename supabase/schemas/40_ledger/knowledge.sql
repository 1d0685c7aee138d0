-- What:  private.knowledge: a number that grows with every release and every change of the event types.
-- Why:   a held event is retried only when the server has new knowledge. An unknown type that is held for months
--        is not parsed at every contact.
create table private.knowledge (
  singleton boolean not null default true,
  number    bigint not null default 1,
  constraint knowledge_pkey primary key (singleton),
  constraint knowledge_singleton check (singleton)
);
-- A row instead of a sequence, because the number must not be visible before its release or event type is committed.
comment on table private.knowledge is 'One row. Events held at a smaller number may be applicable now.';
alter table private.knowledge enable row level security;
create policy knowledge_all_nobody on private.knowledge for all to anon, authenticated using (false);
insert into private.knowledge default values;

create function private.grow_knowledge()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update private.knowledge set number = number + 1 where singleton;
  return null;
end
$$;
comment on function private.grow_knowledge() is 'Statement trigger: advances the number, so that held events are retried.';

create trigger release_grow_knowledge after insert on content.release
  for each statement execute function private.grow_knowledge();
create trigger event_type_grow_knowledge after insert or update or delete on private.event_type
  for each statement execute function private.grow_knowledge();
