-- What:  ops.cell, the databases that learners are placed among; ops.learner_cell, the map from a learner to their cell; refuse_moved().
-- Why:   growth is by cells (O6). The map is a table and not a hash, so that a new cell moves nobody. Without rows in ops.cell there is one cell.
create table ops.cell (
  name       text not null,
  url        text not null,
  is_here    boolean not null default false,
  is_default boolean not null default false,
  constraint cell_pkey primary key (name),
  constraint cell_name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,39}$'),
  -- Devices send their tokens there. In clear only on this machine, for tests.
  constraint cell_url_is_a_base check (url ~ '^(https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:\d{1,5})?$' and length(url) <= 200)
);
create unique index cell_is_here_idx on ops.cell (is_here) where is_here;
create unique index cell_is_default_idx on ops.cell (is_default) where is_default;
comment on table ops.cell is 'All cells, this one included. Every cell has the same rows but for is_here. Empty: there is one cell.';
comment on column ops.cell.url is 'The project''s URL, to which devices of the cell''s learners send.';
comment on column ops.cell.is_default is 'The cell whose map knows every learner. Learners without a row in its map live in it, and apps are configured with its URL.';
alter table ops.cell enable row level security;
create policy cell_all_nobody on ops.cell for all to anon, authenticated using (false);

create table ops.learner_cell (
  user_id uuid not null,
  cell    text not null,
  state   text not null default 'settled',
  move_id uuid,
  other   text,
  since   timestamptz not null default clock_timestamp(),
  copied  text,
  constraint learner_cell_pkey primary key (user_id),
  constraint learner_cell_cell_exists foreign key (cell) references ops.cell (name),
  constraint learner_cell_other_exists foreign key (other) references ops.cell (name),
  constraint learner_cell_state_known check (state in ('settled', 'leaving', 'arriving')),
  constraint learner_cell_move_has_both_ends check (state = 'settled' or (move_id is not null and other is not null and other <> cell)),
  constraint learner_cell_copied_while_arriving check (copied is null or state = 'arriving')
);
create index learner_cell_cell_idx on ops.learner_cell (cell);
create index learner_cell_other_idx on ops.learner_cell (other);
create index learner_cell_since_idx on ops.learner_cell (since) where state <> 'settled';
comment on table ops.learner_cell is 'In which cell each learner lives. Without a row: in the default cell.';
comment on column ops.learner_cell.state is
  'settled: the learner lives in cell. leaving: still here, frozen until cell has them. arriving: here once everything is copied from other.';
comment on column ops.learner_cell.move_id is 'The last move, by which a repeated step is recognised.';
comment on column ops.learner_cell.copied is 'The cursor up to which rows have arrived.';
alter table ops.learner_cell enable row level security;
create policy learner_cell_all_nobody on ops.learner_cell for all to anon, authenticated using (false);

create function private.cell_of(p_user uuid)
returns table (cell text, url text, is_here boolean, is_moving boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select c.name, c.url, c.is_here, coalesce(l.state <> 'settled', false)
  from (select p_user as user_id) u
  left join ops.learner_cell l using (user_id)
  join ops.cell c on case when l.user_id is null then c.is_default when l.state = 'leaving' then c.is_here else c.name = l.cell end
$$;
comment on function private.cell_of(uuid) is 'The cell of a learner as this cell''s map says, and whether they are moving. No row: there is one cell.';

create function private.is_here(p_user uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The first test alone runs where there is one cell.
  return not exists (select from ops.cell) or exists (select from private.cell_of(p_user) c where c.is_here and not c.is_moving);
end
$$;
comment on function private.is_here(uuid) is 'Whether the learner''s rows may be written here: they live in this cell and are not moving.';

create function private.refuse_moved(p_user uuid, p_tells boolean default true)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell record;
begin
  if not exists (select from ops.cell) then
    return;
  end if;
  select c.* into v_cell from private.cell_of(p_user) c;
  if v_cell.is_moving then
    -- Seconds, or minutes for a ledger of a million events.
    perform private.raise_error('moved', 'This learner is being moved to another cell. Nothing is lost: send the same request again.', null, 5);
  elsif v_cell.is_here is not true then
    perform private.raise_error('moved', p_info => case when p_tells then v_cell.url end, p_retry_after_s => 1);
  end if;
end
$$;
comment on function private.refuse_moved(uuid, boolean) is
  'Raises moved unless the learner lives here. Its info is the URL of the learner''s cell, or nothing while they are moving. p_tells: whether the caller may follow.';
