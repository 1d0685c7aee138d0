-- What:  the drafts that instructors edit with SQL or Studio: domain, skill, question.
-- Why:   devices never see a draft; publish_release() copies all of them at once into revisions.
-- Locks: none; new objects only.
-- Undo:  drop table content.question, content.skill, content.domain.
create table content.domain (
  id          uuid not null default gen_random_uuid(),
  key         text not null,
  title       text not null,
  description text,
  position    integer not null default 0,
  status      text not null default 'active',
  constraint domain_pkey primary key (id),
  constraint domain_key_unique unique (key),
  constraint domain_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]{0,119}$'),
  constraint domain_title_not_blank check (title ~ '\S' and length(title) <= 300),
  constraint domain_status_known check (status in ('draft', 'active', 'withdrawn'))
);
comment on table content.domain is 'Draft of a field of study; holds skills.';
comment on column content.domain.key is 'Stable name chosen by people, unique among domains; ids derive from it on import.';
comment on column content.domain.status is 'draft: not published yet; active: part of the next release; withdrawn: taken from devices by it.';

create table content.skill (
  id          uuid not null default gen_random_uuid(),
  domain_id   uuid not null,
  key         text not null,
  title       text not null,
  description text,
  position    integer not null default 0,
  status      text not null default 'active',
  constraint skill_pkey primary key (id),
  constraint skill_domain_exists foreign key (domain_id) references content.domain (id),
  constraint skill_key_unique unique (key),
  constraint skill_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]{0,119}$'),
  constraint skill_title_not_blank check (title ~ '\S' and length(title) <= 300),
  constraint skill_status_known check (status in ('draft', 'active', 'withdrawn'))
);
create index skill_domain_id_idx on content.skill (domain_id);
comment on table content.skill is 'Draft of something that can be mastered; holds questions.';

create table content.question (
  id          uuid not null default gen_random_uuid(),
  skill_id    uuid not null,
  key         text not null,
  type        text not null default 'single_choice',
  prompt      text not null,
  choices     text[] not null default '{}',
  answer      jsonb not null,
  explanation text,
  difficulty  smallint,
  tags        text[] not null default '{}',
  position    integer not null default 0,
  status      text not null default 'active',
  constraint question_pkey primary key (id),
  constraint question_skill_exists foreign key (skill_id) references content.skill (id),
  constraint question_key_unique unique (key),
  constraint question_key_is_slug check (key ~ '^[a-z0-9][a-z0-9_./-]{0,119}$'),
  constraint question_type_known check (type in ('single_choice')),
  constraint question_prompt_not_blank check (prompt ~ '\S' and length(prompt) <= 20000),
  constraint question_difficulty_in_range check (difficulty between 1 and 5),
  constraint question_status_known check (status in ('draft', 'active', 'withdrawn')),
  constraint question_choices_count check (cardinality(choices) between 2 and 20),
  constraint question_choices_present check (array_position(choices, null) is null),
  -- The answer of a single choice is the index of one of its choices: {"choice": 2}.
  constraint question_answer_fits_type check (
    jsonb_typeof(answer) = 'object'
    and jsonb_typeof(answer -> 'choice') is not distinct from 'number'
    and (answer ->> 'choice') ~ '^\d{1,2}$'
    and (answer ->> 'choice')::integer < cardinality(choices))
);
create index question_skill_id_idx on content.question (skill_id);
comment on table content.question is 'Draft of one question with its choices and answer.';
comment on column content.question.answer is 'single_choice: {"choice": n}, n the index into choices, from 0.';

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
    execute format(
      'create trigger %1$s_audit_insert after insert on content.%1$I referencing new table as new_rows
         for each statement execute function private.audit_change()', v_table);
    execute format(
      'create trigger %1$s_audit_update after update on content.%1$I
         referencing old table as old_rows new table as new_rows
         for each statement execute function private.audit_change()', v_table);
    execute format(
      'create trigger %1$s_audit_delete after delete on content.%1$I referencing old table as old_rows
         for each statement execute function private.audit_change()', v_table);
    execute format(
      'create trigger %1$s_no_truncate before truncate on content.%1$I
         for each statement execute function private.forbid_change()', v_table);
  end loop;
end
$$;
