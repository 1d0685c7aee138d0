-- What:  the published content: releases, append-only revisions per content schema, the hash tree, the answer keys.
-- Why:   a revision stores exact bytes, so the state at any version can be served again and verified.
create table content.schema (
  schema  smallint not null,
  state   text not null,
  ends_at timestamptz,
  constraint schema_pkey primary key (schema),
  constraint schema_state_known check (state in ('current', 'previous', 'retired')),
  constraint schema_current_has_no_end check (state <> 'current' or ends_at is null)
);
create unique index schema_state_idx on content.schema (state) where state = 'current';
comment on table content.schema is
  'The content schemas. 1: the first contract, single choices only. 2: all question types.';
comment on column content.schema.state is 'Releases are written for current and previous schemas. Devices with a retired schema must update.';
comment on column content.schema.ends_at is 'When a previous schema will be retired. Every head announces it.';
insert into content.schema (schema, state) values (1, 'previous'), (2, 'current');

create function private.audit_schema()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A separate trigger, because private.audit_change() needs a column `id`.
  perform private.audit(lower(tg_op), 'content.schema', coalesce(new.schema, old.schema)::text, to_jsonb(old), to_jsonb(new));
  return null;
end
$$;
comment on function private.audit_schema() is 'Row trigger: audits changes of content.schema, which controls the devices that are served.';

create trigger schema_audit after insert or delete on content.schema
  for each row execute function private.audit_schema();
create trigger schema_audit_update after update on content.schema
  for each row when (old.* is distinct from new.*) execute function private.audit_schema();
create trigger schema_no_truncate before truncate on content.schema
  for each statement execute function private.forbid_change();

create table content.release (
  version      integer not null,
  published_at timestamptz not null default clock_timestamp(),
  published_by uuid,
  note         text,
  domains      integer not null,
  skills       integer not null,
  questions    integer not null,
  upserts      integer not null,
  deletes      integer not null,
  change_hash  bytea,
  rollback_to  integer,
  constraint release_pkey primary key (version),
  constraint release_version_positive check (version > 0),
  constraint release_changes_something check (upserts + deletes > 0),
  constraint release_rollback_goes_back check (rollback_to between 1 and version - 1)
);
comment on table content.release is 'One published version of the whole curriculum. Versions start at 1 and have no gaps (I1).';
comment on column content.release.change_hash is 'The hash of the preview that was published. A retry with the same hash returns this release.';
comment on column content.release.rollback_to is 'The version whose content this release restores; null for an ordinary release.';

create table content.revision (
  schema      smallint not null,
  from_schema smallint not null,
  version     integer not null,
  kind        text not null,
  id          uuid not null,
  op          text not null,
  domain_id   uuid not null,
  skill_id    uuid,
  body        text,
  sha256      bytea,
  -- A text of two schemas and a text of one of them share an end of their ranges, so a unique index excludes the second text.
  -- The id comes first, because comparing kinds in a language's collation takes longer than writing the entry.
  constraint revision_pkey primary key (id, kind, version, schema) include (from_schema),
  constraint revision_schemas_ascend check (from_schema <= schema),
  constraint revision_kind_known check (kind in ('domain', 'skill', 'question')),
  constraint revision_op_known check (op in ('upsert', 'delete')),
  constraint revision_body_iff_upsert check (
    (op = 'upsert') = (body is not null and sha256 is not null)),
  -- strpos is cheaper than a regular expression.
  constraint revision_body_is_one_line check (strpos(body, E'\n') = 0 and strpos(body, E'\r') = 0),
  constraint revision_skill_iff_question check ((kind = 'question') = (skill_id is not null))
);
-- In the order of a delta's pages. With both schemas, so that a delta finds later changes in the index alone.
create unique index revision_version_kind_id_from_schema_idx on content.revision (version, kind, id, from_schema) include (schema);
-- Finds a skill's rows at any version: for the hash tree, and for devices that repair one skill.
create index revision_skill_id_id_version_idx on content.revision (skill_id, id, version) where kind = 'question';
create index revision_domain_id_id_version_idx on content.revision (domain_id, id, version) where kind = 'skill';
comment on table content.revision is
  'Append-only. One row per content row and release that changed it, for all content schemas with the same text. '
  'A reader of schema n reads the rows with n between from_schema and schema.';
comment on column content.revision.schema is 'The newest content schema with this text.';
comment on column content.revision.from_schema is
  'The oldest content schema with this text. Schemas with different texts have separate rows. Sharing the text halves a full release.';
comment on column content.revision.body is 'The exact JSON text that devices receive and store. sha256 is the hash of its UTF-8 bytes.';
comment on column content.revision.domain_id is 'The domain at this version; for a tombstone, the last domain before it.';

create table content.tree_node (
  schema  smallint not null,
  kind    text not null,
  id      uuid not null,
  version integer not null,
  hash    bytea not null,
  rows    integer not null,
  constraint tree_node_pkey primary key (schema, kind, id, version),
  constraint tree_node_kind_known check (kind in ('release', 'domain', 'skill')),
  constraint tree_node_hash_is_sha256 check (length(hash) = 32)
);
create index tree_node_version_idx on content.tree_node (version);
comment on table content.tree_node is
  'Hash tree over row hashes: a skill over its questions, a domain over its skills, the release (nil id) over its domains. '
  'A node is written when it changes. A deleted node has the hash of the empty text and 0 rows.';

create table content.answer_key (
  question_id uuid not null,
  version     integer not null,
  skill_id    uuid not null,
  type        text,
  answer      jsonb,
  constraint answer_key_pkey primary key (question_id, version),
  constraint answer_key_type_iff_answer check ((type is null) = (answer is null))
);
comment on table content.answer_key is
  'What ingest needs to grade a question, per version, without parsing the body. A withdrawn question has no answer.';

alter table content.schema enable row level security;
alter table content.release enable row level security;
alter table content.revision enable row level security;
alter table content.tree_node enable row level security;
alter table content.answer_key enable row level security;
create policy schema_all_nobody on content.schema for all to anon, authenticated using (false);
create policy release_all_nobody on content.release for all to anon, authenticated using (false);
create policy revision_all_nobody on content.revision for all to anon, authenticated using (false);
create policy tree_node_all_nobody on content.tree_node for all to anon, authenticated using (false);
create policy answer_key_all_nobody on content.answer_key for all to anon, authenticated using (false);

create trigger release_append_only before update or delete or truncate on content.release
  for each statement execute function private.forbid_change();
create trigger revision_append_only before update or truncate on content.revision
  for each statement execute function private.forbid_change();
create trigger tree_node_append_only before update or truncate on content.tree_node
  for each statement execute function private.forbid_change();
create trigger answer_key_append_only before update or truncate on content.answer_key
  for each statement execute function private.forbid_change();

create function private.check_next_version()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version integer;
begin
  -- Once per statement: over the inserted rows where the trigger passes them on, else over the table through an index.
  -- Deferred foreign keys would look up the same release for each of 100,000 rows, which took 31 % more CPU (5.2 s instead of 4.0 s).
  -- They must be deferred, because the release is written last: its triggers need all rows of the release.
  execute format('select max(version) from %s', coalesce(tg_argv[0], tg_relid::regclass::text)) into v_version;
  if v_version > 1 + coalesce((select max(r.version) from content.release r), 0) then
    raise exception using errcode = 'foreign_key_violation', constraint = tg_name,
      message = format('Invalid version %s: it must be a published version or the next one.', v_version);
  end if;
  return null;
end
$$;
comment on function private.check_next_version() is 'Statement trigger: refuses versions after the next one.';

create trigger revision_version_exists after insert on content.revision
  for each statement execute function private.check_next_version();
create trigger tree_node_version_exists after insert on content.tree_node
  for each statement execute function private.check_next_version();
-- Passing on the small rows costs a fifth of an index over versions, which nothing else would use.
create trigger answer_key_version_exists after insert on content.answer_key
  referencing new table as new_rows for each statement execute function private.check_next_version('new_rows');

select private.anchor_history('content.release'), private.anchor_history('content.revision');
