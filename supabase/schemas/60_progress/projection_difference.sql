-- What:  ops.projection_difference: learners' rows that differed from their ledger.
-- Why:   projections are a function of the ledger (I6). A violation must be visible, and stay on record after its repair.
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
  'Rows that differed from the ledger. ops.rebuild_learner() repairs them. A later check that finds no difference sets resolved_at.';
comment on column ops.projection_difference.live is 'The row as it was; null if it was missing.';
comment on column ops.projection_difference.rebuilt is 'The row as the ledger gives it; null if it should not exist.';
alter table ops.projection_difference enable row level security;
create policy projection_difference_all_nobody on ops.projection_difference for all to anon, authenticated using (false);
