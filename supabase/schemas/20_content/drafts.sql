-- What:  the drafts that instructors edit with SQL or Studio: domain, skill, question.
-- Why:   devices never see a draft; publish_release() copies all drafts at once into revisions.
-- The key's length has its own check, because a bounded repetition in the pattern took 7 us per key, twice the time of the insert.
-- Keys use collation "C", so the unique index compares bytes.
create table content.domain (
  id          uuid not null default gen_random_uuid(),
  key         text collate "C" not null,
  title       text not null,
  description text,
  position    integer not null default 0,
  status      text not null default 'active',
  constraint domain_pkey primary key (id),
  constraint domain_key_unique unique (key),
  constraint domain_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]*$' and length(key) <= 120),
  constraint domain_title_not_blank check (title ~ '\S' and length(title) <= 300),
  constraint domain_status_known check (status in ('draft', 'active', 'withdrawn'))
);
comment on table content.domain is 'Draft of a field of study, which contains skills.';
comment on column content.domain.key is 'Stable name that an author chooses, unique among domains. On import, ids derive from it.';
comment on column content.domain.status is 'draft: not published yet; active: part of the next release; withdrawn: the next release removes it from devices.';

create table content.skill (
  id          uuid not null default gen_random_uuid(),
  domain_id   uuid not null,
  key         text collate "C" not null,
  title       text not null,
  description text,
  position    integer not null default 0,
  status      text not null default 'active',
  constraint skill_pkey primary key (id),
  constraint skill_domain_exists foreign key (domain_id) references content.domain (id),
  constraint skill_key_unique unique (key),
  constraint skill_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]*$' and length(key) <= 120),
  constraint skill_title_not_blank check (title ~ '\S' and length(title) <= 300),
  constraint skill_status_known check (status in ('draft', 'active', 'withdrawn'))
);
create index skill_domain_id_idx on content.skill (domain_id);
comment on table content.skill is 'Draft of a skill that can be mastered, which contains questions.';

create table content.question (
  id          uuid not null default gen_random_uuid(),
  skill_id    uuid not null,
  key         text collate "C" not null,
  type        text not null default 'single_choice',
  prompt      text not null,
  choices     text[] not null default '{}',
  answer      jsonb not null,
  explanation text,
  difficulty  smallint,
  tags        text[] not null default '{}',
  media       jsonb not null default '[]',
  position    integer not null default 0,
  status      text not null default 'active',
  constraint question_pkey primary key (id),
  constraint question_skill_exists foreign key (skill_id) references content.skill (id),
  constraint question_key_unique unique (key),
  constraint question_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]*$' and length(key) <= 120),
  constraint question_prompt_not_blank check (prompt ~ '\S' and length(prompt) <= 20000),
  constraint question_difficulty_in_range check (difficulty between 1 and 5),
  constraint question_status_known check (status in ('draft', 'active', 'withdrawn')),
  -- The names are messages for editors in Studio; docs/question-types.md has the shapes. A device rejects a whole page because of one row
  -- that breaks the contract (a null among the tags, a list of lists), so such a row must not be saved.
  -- PostgreSQL checks constraints in the order of their names. `are_one_list` comes first, because the search for nulls raises on a list of lists.
  constraint question_choices_are_one_list check (choices = '{}' or (array_ndims(choices) = 1 and array_lower(choices, 1) = 1)),
  constraint question_choices_present check (array_position(choices, null) is null),
  constraint question_answer_is_object check (jsonb_typeof(answer) = 'object'),
  -- The limits of the importer (scripts/content/limits.ts). Most questions have no tags, so the function runs only for the others.
  constraint question_tags_are_one_list check (tags = '{}' or (array_ndims(tags) = 1 and array_lower(tags, 1) = 1)),
  constraint question_tags_count check (cardinality(tags) <= 20),
  constraint question_tags_present check (array_position(tags, null) is null),
  constraint question_tags_short_and_not_blank check (tags = '{}' or private.are_tags(tags)),
  constraint question_media_has_path_bytes_sha256_mime check (media = '[]' or private.is_media(media))
);
create index question_skill_id_idx on content.question (skill_id);
comment on table content.question is 'Draft of a question with its choices and answer. docs/question-types.md has the shape of each type.';
comment on column content.question.choices is 'single_choice and multiple_choice: 2 to 20 options. Other types have none.';
comment on column content.question.answer is
  'single_choice {"choice": 2} · multiple_choice {"choices": [0, 2]} · true_false {"value": true} · numeric {"value": "9.81", "tolerance": "0.01"} '
  '· short_text {"accepted": ["mitochondrion", "mitochondria"]}. Indexes start at 0.';
comment on column content.question.tags is 'Up to 20 texts of up to 60 characters.';
comment on column content.question.media is 'Files beside the text: [{"path": "sea/tide.webp", "bytes": 18211, "sha256": "…", "mime": "image/webp"}].';

alter table content.domain enable row level security;
alter table content.skill enable row level security;
alter table content.question enable row level security;
create policy domain_all_nobody on content.domain for all to anon, authenticated using (false);
create policy skill_all_nobody on content.skill for all to anon, authenticated using (false);
create policy question_all_nobody on content.question for all to anon, authenticated using (false);

do $$
declare
  v_table text;
begin
  foreach v_table in array array['domain', 'skill', 'question'] loop
    perform private.watch_table(format('content.%I', v_table), 'audit', 'private.audit_change');
    execute format(
      'create trigger %1$s_no_truncate before truncate on content.%1$I
         for each statement execute function private.forbid_change()', v_table);
  end loop;
end
$$;
