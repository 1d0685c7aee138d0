-- What:  what devices receive: releases, append-only revisions, the hash tree, the answer keys.
-- Why:   a revision stores the exact bytes, so the state at any version can be served again and verified.
-- Locks: none; new objects only.
-- Undo:  drop table content.answer_key, content.tree_node, content.revision, content.release.
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
  constraint release_pkey primary key (version),
  constraint release_version_positive check (version > 0),
  constraint release_changes_something check (upserts + deletes > 0)
);
comment on table content.release is 'One published version of the whole curriculum. Versions start at 1 and have no gaps (I1).';

create table content.revision (
  schema       smallint not null,
  version      integer not null,
  kind         text not null,
  id           uuid not null,
  op           text not null,
  domain_id    uuid not null,
  skill_id     uuid,
  content_hash bytea,
  body         text,
  sha256       bytea,
  constraint revision_pkey primary key (schema, kind, id, version),
  constraint revision_version_exists foreign key (version) references content.release (version),
  constraint revision_kind_known check (kind in ('domain', 'skill', 'question')),
  constraint revision_op_known check (op in ('upsert', 'delete')),
  constraint revision_body_iff_upsert check (
    (op = 'upsert') = (body is not null and content_hash is not null and sha256 is not null)),
  constraint revision_body_is_one_line check (body !~ '[\n\r]'),
  constraint revision_skill_iff_question check ((kind = 'question') = (skill_id is not null))
);
-- (version, schema, …) rather than (schema, version, …): serves the foreign key as well as the delta.
create unique index revision_version_schema_kind_id_idx on content.revision (version, schema, kind, id);
comment on table content.revision is 'Append-only. One row per content row, contract schema and release that changed it.';
comment on column content.revision.body is 'The exact JSON text that devices receive and keep; sha256 is of its UTF-8 bytes.';
comment on column content.revision.content_hash is 'SHA-256 of the row without its version: equal means that publishing has nothing to do.';
comment on column content.revision.domain_id is 'Membership at this version; of a tombstone, the last one before it.';

create table content.tree_node (
  schema  smallint not null,
  kind    text not null,
  id      uuid not null,
  version integer not null,
  hash    bytea not null,
  rows    integer not null,
  constraint tree_node_pkey primary key (schema, kind, id, version),
  constraint tree_node_version_exists foreign key (version) references content.release (version),
  constraint tree_node_kind_known check (kind in ('release', 'domain', 'skill')),
  constraint tree_node_hash_is_sha256 check (length(hash) = 32)
);
create index tree_node_version_idx on content.tree_node (version);
comment on table content.tree_node is
  'Hash tree over row hashes: skill over its questions, domain over its skills, release (nil id) over its domains. '
  'A node is written when it changes; a deleted one with the hash of nothing and 0 rows.';

create table content.answer_key (
  question_id uuid not null,
  version     integer not null,
  skill_id    uuid not null,
  type        text,
  answer      jsonb,
  constraint answer_key_pkey primary key (question_id, version),
  constraint answer_key_version_exists foreign key (version) references content.release (version),
  constraint answer_key_type_iff_answer check ((type is null) = (answer is null))
);
create index answer_key_version_idx on content.answer_key (version);
comment on table content.answer_key is
  'What ingest asks of a question, per version, without parsing its body: skill, and how to grade. Withdrawn: no answer.';

alter table content.release enable row level security;
alter table content.revision enable row level security;
alter table content.tree_node enable row level security;
alter table content.answer_key enable row level security;
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
