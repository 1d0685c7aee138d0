-- What:  the drafts that instructors edit with SQL or Studio: domain, skill, question.
-- Why:   devices never see a draft; publish_release() copies all of them at once into revisions.
-- Keys: the length beside the pattern, since a bounded repetition in it took 7 us a key, twice what inserting the row takes; and
-- in collation C, in which the unique index compares bytes.
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
comment on table content.domain is 'Draft of a field of study; holds skills.';
comment on column content.domain.key is 'Stable name chosen by people, unique among domains; ids derive from it on import.';
comment on column content.domain.status is 'draft: not published yet; active: part of the next release; withdrawn: taken from devices by it.';

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
comment on table content.skill is 'Draft of something that can be mastered; holds questions.';

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
  -- Named so that the message in Studio says what to do; docs/question-types.md has the shapes. Devices refuse a page for one row that
  -- is not of the contract's form (a null among the tags, a list of lists), and get no further than the release: such a row must not
  -- be saved. PostgreSQL checks in the order of the names, and to look for a null in a list of lists is an error of its own: so
  -- `are_one_list` comes first.
  constraint question_choices_are_one_list check (choices = '{}' or (array_ndims(choices) = 1 and array_lower(choices, 1) = 1)),
  constraint question_choices_present check (array_position(choices, null) is null),
  constraint question_answer_is_object check (jsonb_typeof(answer) = 'object'),
  -- The importer's limits (scripts/content/limits.ts). Most questions of an import have no tags, and a function is called for the others alone.
  constraint question_tags_are_one_list check (tags = '{}' or (array_ndims(tags) = 1 and array_lower(tags, 1) = 1)),
  constraint question_tags_count check (cardinality(tags) <= 20),
  constraint question_tags_present check (array_position(tags, null) is null),
  constraint question_tags_short_and_not_blank check (tags = '{}' or private.are_tags(tags)),
  constraint question_media_has_path_bytes_sha256_mime check (media = '[]' or private.is_media(media))
);
create index question_skill_id_idx on content.question (skill_id);
comment on table content.question is 'Draft of one question with its choices and answer. docs/question-types.md has a shape for each type.';
comment on column content.question.choices is 'single_choice, multiple_choice: 2 to 20 options; other types have none.';
comment on column content.question.answer is
  'single_choice {"choice": 2} · multiple_choice {"choices": [0, 2]} · true_false {"value": true} · numeric {"value": "9.81", "tolerance": "0.01"} '
  '· short_text {"accepted": ["mitochondrion", "mitochondria"]}; indexes count from 0.';
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
