-- What:  learner.adoption: anonymous learners whose data now belongs to an account.
-- Why:   who tries the app first and signs in later keeps what they learned. Their devices still hold events under the old id (U10).
create table learner.adoption (
  user_id    uuid not null,
  adopted_by uuid not null,
  adopted_at timestamptz not null,
  change_seq bigint not null,
  moved      integer not null,
  duplicate  integer not null,
  conflict   integer not null,
  constraint adoption_pkey primary key (user_id),
  constraint adoption_by_another check (adopted_by <> user_id),
  constraint adoption_counts_not_negative check (least(change_seq, moved, duplicate, conflict) >= 0)
);
-- For a batch or an erasure of the account.
create index adoption_adopted_by_idx on learner.adoption (adopted_by);
comment on table learner.adoption is
  'Anonymous learners that an account has adopted. Their id takes no data any more. Events that name it count for adopted_by, if its token sends them.';
comment on column learner.adoption.change_seq is 'The account''s change number after the adoption.';
comment on column learner.adoption.moved is 'Events that the account got. duplicate: it had them already. conflict: it had another event of the id; quarantined.';
alter table learner.adoption enable row level security;
create policy adoption_all_nobody on learner.adoption for all to anon, authenticated using (false);

create function private.refuse_adopted(p_user uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from learner.adoption a where a.user_id = p_user) then
    perform private.raise_error('learner_adopted');
  end if;
end
$$;
comment on function private.refuse_adopted(uuid) is 'Raises learner_adopted for a learner whose data an account has adopted.';
