-- What:  the state of a release after its publish: mandatory, bundled.
-- Why:   content.release is append-only. Every head names the mandatory release, and the newest release that has its bundles.
create table content.required_release (
  version       integer not null,
  required_from timestamptz not null,
  required_by   uuid,
  decided_at    timestamptz not null default clock_timestamp(),
  constraint required_release_pkey primary key (version),
  constraint required_release_version_exists foreign key (version) references content.release (version)
);
comment on table content.required_release is
  'Releases that every device must have from a time on, so that an error in an earlier release is not studied any longer.';
alter table content.required_release enable row level security;
create policy required_release_all_nobody on content.required_release for all to anon, authenticated using (false);

create function private.minimum_version()
returns integer
language plpgsql -- rather than sql, which plans at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((select max(r.version) from content.required_release r where r.required_from <= clock_timestamp()), 0);
end
$$;
comment on function private.minimum_version() is 'The newest release that is mandatory now; 0 if none is.';

create table content.release_state (
  version    integer not null,
  bundled_at timestamptz,
  bundled_in text,
  constraint release_state_pkey primary key (version),
  constraint release_state_version_exists foreign key (version) references content.release (version),
  constraint release_state_bundled_in_a_history check ((bundled_at is null) = (bundled_in is null))
);
comment on table content.release_state is 'The changing state of each release; content.release itself is append-only.';
comment on column content.release_state.bundled_at is 'When every domain had its bundle. Stays null if a newer release came first.';
comment on column content.release_state.bundled_in is 'The history that the bundles belong to. Another history needs new bundles.';
create index release_state_bundled_in_version_idx on content.release_state (bundled_in, version) where bundled_in is not null;
alter table content.release_state enable row level security;
create policy release_state_all_nobody on content.release_state for all to anon, authenticated using (false);

create function private.bundled_version(p_history text)
returns integer
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select max(s.version) from content.release_state s where s.bundled_in = p_history);
end
$$;
comment on function private.bundled_version(text) is 'The newest release whose domains all have their bundles in this history; null if none has.';
