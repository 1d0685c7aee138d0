-- What:  rows of learners that were not what their ledger says.
-- Why:   projections are a function of the ledger (I6); what broke that must be seen, and stay on record once it is mended.
create table ops.projection_difference (
  user_id     uuid not null,
  kind        text not null,
  row_id      uuid not null,
  found_at    timestamptz not null,
  live        jsonb,
  rebuilt     jsonb,
  resolved_at timestamptz,
  constraint projection_difference_pkey primary key (user_id, kind, row_id),
  constraint projection_difference_differs check (live is distinct from rebuilt)
);
create index projection_difference_found_at_idx on ops.projection_difference (found_at) where resolved_at is null;
comment on table ops.projection_difference is
  'Rows that were not what the ledger says. ops.rebuild_learner() mends them, and a later check that finds them equal says so.';
comment on column ops.projection_difference.live is 'The row as it was; null: there was none. rebuilt: as it should be; null: there should be none.';
alter table ops.projection_difference enable row level security;
create policy projection_difference_all_nobody on ops.projection_difference for all to anon, authenticated using (false);
