-- Generated from supabase/schemas/20_content by `npm run generate`. Do not edit.
--
-- What:  drafts of the curriculum, question types, releases with their revisions, and the head.
-- Why:   a device can receive the exact state of any version (C1, C2).
-- Locks: none that anybody waits for: every object is new.
-- Undo:  delete from ops.history_anchor where name in ('content.release', 'content.revision');
--        drop table content.domain, content.skill, content.question, content.schema, content.release, content.revision, content.tree_node,
--          content.answer_key, content.draft_mark, ops.content_setting, content.required_release, content.release_state cascade;
--        drop function if exists private.normalisation, private.spaced_text, private.first_stray_tag, private.first_unseen,
--          private.fold_text, private.is_decimal, private.normal_text, private.are_choices, private.are_indexes, private.are_tags,
--          private.is_media, private.is_answer_key, private.grade, private.stated_key, private.question_schema, private.question_in,
--          private.audit_schema, private.check_next_version, private.mark_drafts, ops.mark_all_drafts, private.delete_share,
--          private.needs_force, private.content_horizon, private.content_schema, private.schema_is_served, private.unknown_schema,
--          private.require_schema, private.minimum_version, private.bundled_version, private.head_of, private.content_head,
--          private.sync_head, public.content_head, private.require_release, public.require_release;

select private.revoke_default_grants();

-- Source: schemas/20_content/normalisation.gen.sql
-- Generated from client-contract/contract/normalise.ts by `npm run generate`. Do not edit.

create function private.normalisation() returns integer language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$ begin return 2; end $$;
comment on function private.normalisation() is 'The newest rule for comparing short texts, which a publish states in each answer key that names none.';

create function private.spaced_text(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return btrim(regexp_replace(p_text, '[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+' collate pg_catalog.pg_c_utf8, ' ', 'g'), ' ');
end
$$;
comment on function private.spaced_text(text) is 'A text with each run of white space as one space, and none at the ends.';

create function private.first_stray_tag(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return substring(p_text from '(?<!\U0001f3f4[\U000e0020-\U000e007e]*)[\U000e0020-\U000e007f]' collate pg_catalog.pg_c_utf8);
end
$$;
comment on function private.first_stray_tag(text) is 'The first tag character that belongs to no flag, and that nobody sees; null if there is none.';

create function private.first_unseen(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  return substring(p_text from '[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e0fff\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\ufeff]|(?<!\U0001f3f4[\U000e0020-\U000e007e]*)[\U000e0020-\U000e007f]' collate pg_catalog.pg_c_utf8);
end
$$;
comment on function private.first_unseen(text) is 'The first character that nobody sees, or that looks like a space and is none; null if there is no such character.';

create function private.fold_text(p_text text) returns text language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
begin
  -- A text of ASCII alone has nothing to fold.
  if octet_length(p_text) > length(p_text) then
    p_text := translate(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(p_text, E'\ufb00', E'\u0066\u0066'), E'\ufb01', E'\u0066\u0069'), E'\ufb02', E'\u0066\u006c'), E'\ufb03', E'\u0066\u0066\u0069'), E'\ufb04', E'\u0066\u0066\u006c'), E'\ufb05', E'\u0073\u0074'), E'\ufb06', E'\u0073\u0074'), E'\ufb13', E'\u0574\u0576'), E'\ufb14', E'\u0574\u0565'), E'\ufb15', E'\u0574\u056b'), E'\ufb16', E'\u057e\u0576'), E'\ufb17', E'\u0574\u056d'), E'\u2026', E'\u002e\u002e\u002e'), E'\u0133', E'\u0069\u006a'), E'\u0149', E'\u0027\u006e'), E'\u01c6', E'\u0064\u017e'), E'\u01c9', E'\u006c\u006a'), E'\u01cc', E'\u006e\u006a'),
      E'\uff01\uff02\uff03\uff04\uff05\uff06\uff07\uff08\uff09\uff0a\uff0b\uff0c\uff0d\uff0e\uff0f\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff1a\uff1b\uff1c\uff1d\uff1e\uff1f\uff20\uff21\uff22\uff23\uff24\uff25\uff26\uff27\uff28\uff29\uff2a\uff2b\uff2c\uff2d\uff2e\uff2f\uff30\uff31\uff32\uff33\uff34\uff35\uff36\uff37\uff38\uff39\uff3a\uff3b\uff3c\uff3d\uff3e\uff3f\uff40\uff41\uff42\uff43\uff44\uff45\uff46\uff47\uff48\uff49\uff4a\uff4b\uff4c\uff4d\uff4e\uff4f\uff50\uff51\uff52\uff53\uff54\uff55\uff56\uff57\uff58\uff59\uff5a\uff5b\uff5c\uff5d\uff5e\uff5f\uff60\uff61\uff62\uff63\uff64\uff65\uff66\uff67\uff68\uff69\uff6a\uff6b\uff6c\uff6d\uff6e\uff6f\uff70\uff71\uff72\uff73\uff74\uff75\uff76\uff77\uff78\uff79\uff7a\uff7b\uff7c\uff7d\uff7e\uff7f\uff80\uff81\uff82\uff83\uff84\uff85\uff86\uff87\uff88\uff89\uff8a\uff8b\uff8c\uff8d\uff8e\uff8f\uff90\uff91\uff92\uff93\uff94\uff95\uff96\uff97\uff98\uff99\uff9a\uff9b\uff9c\uff9d\uff9e\uff9f\uffa0\uffa1\uffa2\uffa3\uffa4\uffa5\uffa6\uffa7\uffa8\uffa9\uffaa\uffab\uffac\uffad\uffae\uffaf\uffb0\uffb1\uffb2\uffb3\uffb4\uffb5\uffb6\uffb7\uffb8\uffb9\uffba\uffbb\uffbc\uffbd\uffbe\uffc2\uffc3\uffc4\uffc5\uffc6\uffc7\uffca\uffcb\uffcc\uffcd\uffce\uffcf\uffd2\uffd3\uffd4\uffd5\uffd6\uffd7\uffda\uffdb\uffdc\uffe0\uffe1\uffe2\uffe3\uffe4\uffe5\uffe6\uffe8\uffe9\uffea\uffeb\uffec\uffed\uffee\u00b4\u02b9\u02bb\u02bc\u02bd\u05f3\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u00ab\u00bb\u02ba\u02ee\u05f4\u201c\u201d\u201e\u201f\u2033\u2036\u2e42\u301d\u301e\u301f\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe31\ufe32\ufe58\ufe63\u03c2\u00b5\u017f\u2800',
      E'\u0021\u0022\u0023\u0024\u0025\u0026\u0027\u0028\u0029\u002a\u002b\u002c\u002d\u002e\u002f\u0030\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038\u0039\u003a\u003b\u003c\u003d\u003e\u003f\u0040\u0061\u0062\u0063\u0064\u0065\u0066\u0067\u0068\u0069\u006a\u006b\u006c\u006d\u006e\u006f\u0070\u0071\u0072\u0073\u0074\u0075\u0076\u0077\u0078\u0079\u007a\u005b\u005c\u005d\u005e\u005f\u0060\u0061\u0062\u0063\u0064\u0065\u0066\u0067\u0068\u0069\u006a\u006b\u006c\u006d\u006e\u006f\u0070\u0071\u0072\u0073\u0074\u0075\u0076\u0077\u0078\u0079\u007a\u007b\u007c\u007d\u007e\u2985\u2986\u3002\u300c\u300d\u3001\u30fb\u30f2\u30a1\u30a3\u30a5\u30a7\u30a9\u30e3\u30e5\u30e7\u30c3\u30fc\u30a2\u30a4\u30a6\u30a8\u30aa\u30ab\u30ad\u30af\u30b1\u30b3\u30b5\u30b7\u30b9\u30bb\u30bd\u30bf\u30c1\u30c4\u30c6\u30c8\u30ca\u30cb\u30cc\u30cd\u30ce\u30cf\u30d2\u30d5\u30d8\u30db\u30de\u30df\u30e0\u30e1\u30e2\u30e4\u30e6\u30e8\u30e9\u30ea\u30eb\u30ec\u30ed\u30ef\u30f3\u3099\u309a\u1160\u1100\u1101\u11aa\u1102\u11ac\u11ad\u1103\u1104\u1105\u11b0\u11b1\u11b2\u11b3\u11b4\u11b5\u111a\u1106\u1107\u1108\u1121\u1109\u110a\u110b\u110c\u110d\u110e\u110f\u1110\u1111\u1112\u1161\u1162\u1163\u1164\u1165\u1166\u1167\u1168\u1169\u116a\u116b\u116c\u116d\u116e\u116f\u1170\u1171\u1172\u1173\u1174\u1175\u00a2\u00a3\u00ac\u00af\u00a6\u00a5\u20a9\u2502\u2190\u2191\u2192\u2193\u25a0\u25cb\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0027\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u0022\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u002d\u03c3\u03bc\u0073\u0020');
  end if;
  return normalize(regexp_replace(p_text, '[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e0fff]|(?<!\U0001f3f4[\U000e0020-\U000e007e]*)[\U000e0020-\U000e007f]' collate pg_catalog.pg_c_utf8, '', 'g'), nfc);
end
$$;
comment on function private.fold_text(text) is 'A text in lower case, without what rule 2 folds: look-alikes, ligatures, widths, and characters that nobody sees.';

-- Source: schemas/20_content/question_values.sql
-- What:  the values of questions: decimal strings, short texts, indexes, tags, media.
-- Why:   drafts, grading and devices must read them the same way (client-contract/contract/question.ts). docs/question-types.md describes them.

create function private.is_decimal(p_text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- No exponent, spaces or grouping, because readers disagree about `1e3`, `1,5` and ` 1`. 30 digits on each side keep the
  -- arithmetic exact and small.
  select coalesce(p_text ~ '^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$', false)
$$;
comment on function private.is_decimal(text) is 'Whether a text is a decimal string: [sign] 1-30 digits [. 1-30 digits].';

create function private.normal_text(p_text text, p_rule integer default private.normalisation())
returns text
language plpgsql -- rather than sql, which plans at every call
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not ICU or libc, whose tables and special cases differ. NFC and lower case come from PostgreSQL's own Unicode tables.
  -- pg_c_utf8 maps each character separately (no final sigma), so other languages can do the same.
  p_text := lower(normalize(p_text, nfc) collate pg_catalog.pg_c_utf8);
  return private.spaced_text(case when p_rule >= 2 then private.fold_text(p_text) else p_text end);
end
$$;
comment on function private.normal_text(text, integer) is
  'The form in which a rule compares short texts. 1: NFC, simple lower case per character, each run of white space as one space, trimmed. '
  '2: also folds look-alikes, ligatures, widths and invisible characters (private.fold_text).';

create function private.are_choices(p_choices text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most choices are ASCII with single spaces and need no conversion. Nulls have a constraint of their own.
  if array_to_string(p_choices, E'\x01') !~ '^[!-~]+([ \x01][!-~]+)*$' then
    for v_place in 1..cardinality(p_choices) loop
      if private.normal_text(p_choices[v_place]) = '' then
        return false;
      end if;
      p_choices[v_place] := private.spaced_text(normalize(p_choices[v_place], nfc));
    end loop;
  end if;
  for v_place in 2..cardinality(p_choices) loop
    if p_choices[v_place] = any (p_choices[:v_place - 1]) then
      return false;
    end if;
  end loop;
  return true;
end
$$;
comment on function private.are_choices(text[]) is
  'Whether a learner can tell the choices apart: none is blank, and no two look the same (NFC, runs of white space as one space).';

create function private.are_indexes(p_list jsonb, p_count integer)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_list) is distinct from 'array' then
    return false;
  end if;
  return not exists (
    select from jsonb_array_elements(p_list) e
    where (jsonb_typeof(e) = 'number' and e #>> '{}' ~ '^[0-9]{1,2}$' and (e #>> '{}')::integer < p_count) is not true);
end
$$;
comment on function private.are_indexes(jsonb, integer) is 'Whether a JSON value is a list of integers from 0 to p_count - 1, in plain notation.';

create function private.are_tags(p_tags text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tag text;
begin
  foreach v_tag in array p_tags loop
    if v_tag !~ '\S' or length(v_tag) > 60 then
      return false;
    end if;
  end loop;
  return true;
end
$$;
comment on function private.are_tags(text[]) is 'Whether each text of a list can be a tag: not blank, at most 60 characters. Nulls are skipped.';

create function private.is_media(p_media jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_media) is distinct from 'array' or jsonb_array_length(p_media) > 10 then
    return false;
  end if;
  return not exists (
    select from jsonb_array_elements(p_media) m
    where (jsonb_typeof(m) = 'object'
      and m - array['path', 'bytes', 'sha256', 'mime'] = '{}'
      -- An explicit ASCII pattern, because `\s` and lengths differ between languages. Such a path needs no escaping in a URL, is a valid
      -- key in Storage, has one name in every file system, and cannot contain `..`.
      and jsonb_typeof(m -> 'path') = 'string' and length(m ->> 'path') <= 500
      and m ->> 'path' ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$'
      and jsonb_typeof(m -> 'bytes') = 'number' and m ->> 'bytes' ~ '^[1-9][0-9]{0,9}$'
      and jsonb_typeof(m -> 'sha256') = 'string' and m ->> 'sha256' ~ '^[0-9a-f]{64}$'
      and jsonb_typeof(m -> 'mime') = 'string' and m ->> 'mime' ~ '^[a-z]{1,40}/[a-z0-9][a-z0-9.+-]{0,79}$') is not true);
end
$$;
comment on function private.is_media(jsonb) is 'Whether a JSON value is a list of at most 10 media references {path, bytes, sha256, mime}.';

-- Source: schemas/20_content/drafts.sql
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
  -- The names are messages for editors in Studio; docs/question-types.md has the shapes. A row that breaks the contract (a null among the tags, a list
  -- of lists) must not be saved: a device rejects the whole page with it.
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

-- Source: schemas/20_content/question_types.sql
-- What:  the question types: for each one its valid drafts, its grading, and its form in older content schemas.
-- Why:   a type has one place in SQL and one in the contract (client-contract/contract/question.ts). docs/changing.md shows how to add a type.

create function private.is_answer_key(p_type text, p_choices text[], p_key jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_key) <> 'object' then
    return false;
  end if;
  -- Only the type's own fields are allowed, so that a misspelt `tolerance` is not silently ignored.
  case p_type
    when 'single_choice' then
      -- The most common type has no subquery, because an import checks every draft.
      return p_key - 'choice' = '{}' and jsonb_typeof(p_key -> 'choice') is not distinct from 'number'
        and p_key ->> 'choice' ~ '^[0-9]{1,2}$' and (p_key ->> 'choice')::integer < cardinality(p_choices);
    when 'multiple_choice' then
      return p_key - 'choices' = '{}'
        and private.are_indexes(p_key -> 'choices', cardinality(p_choices))
        and jsonb_array_length(p_key -> 'choices') > 0
        and (select count(*) = count(distinct e) from jsonb_array_elements(p_key -> 'choices') e);
    when 'true_false' then
      return p_key - 'value' = '{}' and jsonb_typeof(p_key -> 'value') is not distinct from 'boolean';
    when 'numeric' then
      return p_key - 'value' - 'tolerance' = '{}'
        and jsonb_typeof(p_key -> 'value') is not distinct from 'string' and private.is_decimal(p_key ->> 'value')
        and (not p_key ? 'tolerance'
          or (jsonb_typeof(p_key -> 'tolerance') = 'string' and private.is_decimal(p_key ->> 'tolerance')
            and (p_key ->> 'tolerance')::numeric >= 0));
    when 'short_text' then
      return p_key - 'accepted' - 'normalisation' = '{}'
        and (not p_key ? 'normalisation'
          or (p_key ->> 'normalisation' ~ '^[0-9]$' and jsonb_typeof(p_key -> 'normalisation') = 'number'
            and (p_key ->> 'normalisation')::integer between 1 and private.normalisation()))
        and jsonb_typeof(p_key -> 'accepted') is not distinct from 'array'
        and jsonb_array_length(p_key -> 'accepted') between 1 and 50
        and not exists (
          select from jsonb_array_elements(p_key -> 'accepted') e
          where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 200 or private.normal_text(e #>> '{}') = '');
    else
      return false;
  end case;
end
$$;
comment on function private.is_answer_key(text, text[], jsonb) is
  'Whether a JSON value is an answer key of this type. A question without a valid answer must not be saved.';

-- The names are messages for editors in Studio. PostgreSQL checks constraints in the order of their names.
alter table content.question
  add constraint question_type_known check (type in ('single_choice', 'multiple_choice', 'true_false', 'numeric', 'short_text')),
  add constraint question_choices_only_where_chosen check (type not in ('true_false', 'numeric', 'short_text') or cardinality(choices) = 0),
  add constraint question_choices_differ_and_are_not_blank check (choices = '{}' or private.are_choices(choices)),
  add constraint question_choices_count check (type not in ('single_choice', 'multiple_choice') or cardinality(choices) between 2 and 20),
  add constraint question_single_choice_answer_is_an_index check (
    type <> 'single_choice'
    -- Most questions have four or more choices and skip the function call (2 us per row). Compared as text, so that 1.0 is not 1.
    or (cardinality(choices) >= 4 and answer::text in ('{"choice": 0}', '{"choice": 1}', '{"choice": 2}', '{"choice": 3}'))
    or private.is_answer_key(type, choices, answer)),
  add constraint question_multiple_choice_answer_is_indexes check (
    type <> 'multiple_choice' or private.is_answer_key(type, choices, answer)),
  add constraint question_true_false_answer_is_true_or_false check (
    type <> 'true_false' or private.is_answer_key(type, choices, answer)),
  add constraint question_numeric_answer_is_decimal_strings check (
    type <> 'numeric' or private.is_answer_key(type, choices, answer)),
  add constraint question_short_text_answer_is_accepted_texts check (
    type <> 'short_text' or private.is_answer_key(type, choices, answer));

create function private.grade(p_type text, p_key jsonb, p_answer jsonb)
returns boolean
language plpgsql -- rather than sql, which starts an executor for every row
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Separate statements: in one expression, the subquery of one branch costs every call an executor (20 us instead of 3).
  case p_type
    when 'single_choice' then
      return coalesce(p_answer -> 'choice' = p_key -> 'choice', false);
    when 'multiple_choice' then
      -- Compared as sets. Indexes need no range check: an index outside the key makes the sets differ.
      return coalesce(jsonb_typeof(p_answer -> 'choices') = 'array'
        and p_answer -> 'choices' <@ (p_key -> 'choices') and p_answer -> 'choices' @> (p_key -> 'choices'), false);
    when 'true_false' then
      return case
        when p_answer ? 'value' then p_answer -> 'value' = p_key -> 'value'
        -- The answer of a device with content schema 1, which has the question as a single choice of ["True", "False"].
        else coalesce(p_answer -> 'choice' = case when p_key -> 'value' = 'true' then '0'::jsonb else '1' end, false)
      end;
    when 'numeric' then
      return case
        when jsonb_typeof(p_answer -> 'value') = 'string' and private.is_decimal(p_answer ->> 'value') then
          abs((p_answer ->> 'value')::numeric - (p_key ->> 'value')::numeric) <= coalesce(p_key ->> 'tolerance', '0')::numeric
        else false
      end;
    when 'short_text' then
      return coalesce(jsonb_typeof(p_answer -> 'text') = 'string'
        and exists (
          select from jsonb_array_elements_text(p_key -> 'accepted') a
          -- A key that names no rule was published before there was a second one.
          cross join lateral (select coalesce((p_key ->> 'normalisation')::integer, 1) as rule) r
          where private.normal_text(a, r.rule) = private.normal_text(p_answer ->> 'text', r.rule)), false);
    else
      return null;
  end case;
end
$$;
comment on function private.grade(text, jsonb, jsonb) is
  'Whether an answer is correct. False if the answer does not have the type''s form; null if the question cannot be graded (withdrawn).';

create function private.stated_key(p_type text, p_key jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_type = 'short_text' and not p_key ? 'normalisation' then
    return p_key || jsonb_build_object('normalisation', private.normalisation());
  end if;
  return p_key;
end
$$;
comment on function private.stated_key(text, jsonb) is
  'An answer key as it is published: it names the rule that normalises short texts, so that a later rule does not change the verdicts of this version.';

create function private.question_schema(q content.question)
returns smallint
language plpgsql -- rather than sql, which starts an executor for each row of a full release
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when q.type in ('multiple_choice', 'true_false', 'numeric', 'short_text') or q.media <> '[]' then 2
    else 1
  end;
end
$$;
comment on function private.question_schema(content.question) is
  'The oldest content schema that can represent all of a question. Newer schemas have the same text.';

create function private.question_in(p_schema smallint, q content.question)
returns content.question
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Steps down from the newest schema, one step per schema.
  if p_schema < 2 then
    q.media := '[]';
    case q.type
      when 'single_choice' then
        null;
      when 'true_false' then
        q.type := 'single_choice';
        q.choices := array['True', 'False'];
        q.answer := jsonb_build_object('choice', case when q.answer -> 'value' = 'true' then 0 else 1 end);
      else
        return null;
    end case;
  end if;
  return q;
end
$$;
comment on function private.question_in(smallint, content.question) is
  'A question in the form of a content schema, without newer features. Null: the question does not exist in that schema.';

-- Source: schemas/20_content/releases.sql
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

-- Source: schemas/20_content/draft_marks.sql
-- What:  content.draft_mark: which drafts changed since they were last published.
-- Why:   a release of 100 changes must not read 50,000 drafts. A trigger writes the mark, however the draft is edited.
create table content.draft_mark (
  mark bigint generated always as identity,
  kind text not null,
  ids  uuid[] not null,
  constraint draft_mark_pkey primary key (mark),
  constraint draft_mark_kind_known check (kind in ('domain', 'skill', 'question'))
);
comment on table content.draft_mark is
  'One row per statement that changed drafts. Publishing takes the marks that its snapshot of the drafts contains. '
  'An edit that commits later has its own mark. A flag on the draft could not keep the two apart.';
alter table content.draft_mark enable row level security;
create policy draft_mark_all_nobody on content.draft_mark for all to anon, authenticated using (false);

create function private.mark_drafts()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Per statement, so an import of 50,000 rows is one mark. If a row's id changes, both ids are marked.
  case tg_op
    when 'INSERT' then
      insert into content.draft_mark (kind, ids) select tg_table_name, array_agg(n.id) from new_rows n having count(*) > 0;
    when 'UPDATE' then
      insert into content.draft_mark (kind, ids)
      select tg_table_name, array_agg(distinct e.id)
      from (select n.id from new_rows n union all select o.id from old_rows o) e having count(*) > 0;
    when 'DELETE' then
      insert into content.draft_mark (kind, ids) select tg_table_name, array_agg(o.id) from old_rows o having count(*) > 0;
  end case;
  return null;
end
$$;
comment on function private.mark_drafts() is 'Statement trigger: marks the changed drafts.';

do $$
declare
  v_table text;
begin
  foreach v_table in array array['domain', 'skill', 'question'] loop
    perform private.watch_table(format('content.%I', v_table), 'mark', 'private.mark_drafts');
  end loop;
end
$$;

create function ops.mark_all_drafts()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_role('admin');
  -- Published rows without a draft are marked too, so that the next release withdraws them.
  insert into content.draft_mark (kind, ids)
  select e.kind, array_agg(distinct e.id)
  from (
    select 'domain' as kind, d.id from content.domain d
    union all select 'skill', s.id from content.skill s
    union all select 'question', q.id from content.question q
    union all select r.kind, r.id from content.revision r
  ) e
  group by e.kind;
  perform private.audit('mark_all_drafts', 'content.draft_mark');
end
$$;
comment on function ops.mark_all_drafts() is
  'Makes the next release compare every draft. Needed after triggers were disabled, or when a schema joins content.schema. Admins.';

-- Source: schemas/20_content/settings.sql
-- What:  operators' settings for content: the poll interval, the deletion limit, and retention.
-- Why:   publishing, delivery and compaction read one row, which operators change without a deployment (C4).
create table ops.content_setting (
  id            smallint not null default 1,
  poll_after_s  integer not null default private.default_poll_after_s(),
  keep_versions integer not null default 50,
  keep_age      interval not null default '90 days',
  keep_answers  interval not null default '730 days',
  keep_reports  interval not null default '180 days',
  force_share   numeric not null default 0.2,
  horizon       integer not null default 0,
  constraint content_setting_pkey primary key (id),
  constraint content_setting_one_row check (id = 1),
  -- 10,000 devices at 10 s send 1,000 requests a second. The longest interval, a day, limits the cost of a lost hint.
  constraint content_setting_poll_after_s_in_range check (poll_after_s between 10 and 86400),
  constraint content_setting_keep_versions_positive check (keep_versions >= 1),
  constraint content_setting_keep_age_positive check (keep_age >= interval '1 hour'),
  constraint content_setting_answers_outlive_deltas check (keep_answers >= keep_age),
  constraint content_setting_keep_reports_positive check (keep_reports >= interval '1 day'),
  -- 0: every deletion needs force. 1: no deletion needs force. (NaN is greater than 1.)
  constraint content_setting_force_share_in_range check (force_share between 0 and 1),
  constraint content_setting_horizon_not_negative check (horizon >= 0)
);
comment on table ops.content_setting is
  'One row: the poll interval, the deletion limit, and how long ops.compact_content() and ops.prune_content_reports() keep data.';
comment on column ops.content_setting.poll_after_s is 'Seconds between two polls of the head. Every head contains the value.';
comment on column ops.content_setting.keep_answers is
  'How long a superseded answer key is kept. Longer than deltas, because an offline answer from months ago is graded by the version answered.';
comment on column ops.content_setting.keep_reports is 'How long devices'' cache reports are kept (ops.content_report).';
comment on column ops.content_setting.force_share is
  'The share of the published rows (domains, skills and questions together), 0 to 1, that a release may withdraw without force. '
  'Protects against a wrong WHERE clause.';
comment on column ops.content_setting.horizon is
  'The oldest version that can be read or used as `since`. Only ops.compact_content() writes it.';
insert into ops.content_setting default values;

alter table ops.content_setting enable row level security;
create policy content_setting_all_nobody on ops.content_setting for all to anon, authenticated using (false);

create trigger content_setting_audit_update after update on ops.content_setting
  referencing old table as old_rows new table as new_rows for each statement execute function private.audit_change();
create trigger content_setting_stays before delete or truncate on ops.content_setting
  for each statement execute function private.forbid_change();

create function private.delete_share(p_deletes bigint)
returns numeric
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p_deletes::numeric / nullif(r.domains + r.skills + r.questions, 0), 0)
  from (values (1)) always (row)
  left join (select * from content.release order by version desc limit 1) r on true
$$;
comment on function private.delete_share(bigint) is 'The share of the published rows, 0 to 1, that p_deletes deletions would withdraw.';

create function private.needs_force(p_deletes bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$ select private.delete_share(p_deletes) > s.force_share from ops.content_setting s $$;
comment on function private.needs_force(bigint) is 'Whether that many deletions need force.';

create function private.content_horizon()
returns integer
language plpgsql -- rather than sql, which plans at every call
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.horizon from ops.content_setting s);
end
$$;
comment on function private.content_horizon() is
  'The oldest version whose state is complete; 0 before the first compaction. The limit for a roll-back.';

-- Source: schemas/20_content/served_schemas.sql
-- What:  the current content schema, and whether devices may still read a schema.
-- Why:   every release and every read needs both. An announced end takes effect automatically.

create function private.content_schema()
returns smallint
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select s.schema from content.schema s where s.state = 'current');
end
$$;
comment on function private.content_schema() is 'The current content schema, used by drafts, previews and answer keys.';

create function private.schema_is_served(p_schema integer)
returns boolean
language plpgsql -- rather than sql, which plans at every call
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The announced end applies by itself, without an operator who retires the schema.
  return exists (
    select from content.schema s
    where s.schema = p_schema and s.state <> 'retired' and (s.ends_at is null or s.ends_at > clock_timestamp()));
end
$$;
comment on function private.schema_is_served(integer) is 'Whether devices may still read a content schema: it is not retired and its end is not reached.';

create function private.unknown_schema()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('`schema` must be a content schema of this server: %s.',
    (select string_agg(s.schema::text, ', ' order by s.schema) from content.schema s where private.schema_is_served(s.schema)));
end
$$;
comment on function private.unknown_schema() is 'What a request for a content schema that never existed is told.';

create function private.require_schema(p_schema smallint)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from content.schema s where s.schema = p_schema) then
    perform private.raise_error('malformed_request', private.unknown_schema(), 'schema');
  end if;
  if not private.schema_is_served(p_schema) then
    perform private.raise_error('upgrade_required', p_info =>
      (select min(s.schema)::text from content.schema s where private.schema_is_served(s.schema)));
  end if;
end
$$;
comment on function private.require_schema(smallint) is
  'Passes for a content schema that is served. A schema that never existed raises malformed_request. A schema that is no longer served raises '
  'upgrade_required with the lowest served schema.';

-- Source: schemas/20_content/release_state.sql
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

-- Source: schemas/20_content/head.sql
-- What:  content_head(): the published version, the version that devices must hold, and the time of the next poll.
-- Why:   every device polls this one small answer, so it contains everything that controls a client (C4, C8).
--        Publishing returns the head too, so it belongs to content, not to delivery.

create function private.head_of(p_schema smallint)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
-- A plan per call took 0.3 ms on every sync and poll.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_history constant text := private.history();
  v_bundled constant integer := private.bundled_version(v_history);
begin
  return (
    select json_build_object(
      'history', v_history,
      'schema', p_schema,
      'version', coalesce(r.version, 0),
      'published_at', r.published_at,
      'root', encode(t.hash, 'hex'),
      'domains', coalesce(r.domains, 0),
      'skills', coalesce(r.skills, 0),
      -- Domains and skills are equal in all schemas. An older schema lacks some questions.
      'questions', coalesce(t.rows - r.domains - r.skills, 0),
      'minimum_version', private.minimum_version(),
      'horizon', o.horizon,
      'poll_after_s', o.poll_after_s,
      'schema_ends_at', case when s.state = 'previous' then s.ends_at end,
      -- Below the horizon nothing continues from it.
      'bundled', case when v_bundled >= o.horizon then (
        select json_build_object('version', v_bundled, 'root', encode(n.hash, 'hex'))
        from content.tree_node n
        where n.schema = p_schema and n.kind = 'release' and n.version <= v_bundled
        order by n.version desc
        limit 1) end)
    from ops.content_setting o
    join content.schema s on s.schema = p_schema
    left join (select * from content.release order by version desc limit 1) r on true
    left join lateral (
      select n.hash, n.rows from content.tree_node n
      where n.schema = p_schema and n.kind = 'release' and n.version <= r.version
      order by n.version desc
      limit 1
    ) t on true);
end
$$;
comment on function private.head_of(smallint) is 'The head of a contract schema, served or not.';

create function private.content_head(p_schema smallint)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema constant smallint := coalesce(p_schema, private.default_content_schema());
begin
  perform private.require_schema(v_schema);
  return private.head_of(v_schema);
end
$$;
comment on function private.content_head(smallint) is
  'The newest release: history, version (0 before the first release), root hash in hex, counts, settings for the client, '
  'and the newest release that has its bundles.';

create function private.sync_head(p_schema smallint)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_schema smallint := coalesce(p_schema, private.default_content_schema());
begin
  if not private.schema_is_served(v_schema) then
    select s.schema into v_schema from content.schema s
    order by private.schema_is_served(s.schema) desc, s.state = 'current' desc, s.schema desc
    limit 1;
  end if;
  return private.head_of(v_schema);
end
$$;
comment on function private.sync_head(smallint) is
  'The head for the sender of a batch, in the schema of the batch''s header or the default one. If that schema is not served, the current one is used. '
  'Never refuses: a device that is too old for the content can still push its answers.';

create function public.content_head(schema smallint default null)
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_head(schema);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.content_head(smallint) is
  'The newest release, in a content schema or in the default one: {history, schema, version, published_at, root, domains, skills, questions, minimum_version, horizon, '
  'poll_after_s, schema_ends_at, bundled}. The version is 0 before the first release. Errors: malformed_request, upgrade_required.';

grant execute on function private.content_head(smallint) to carrel_edge, authenticated, service_role;
grant execute on function public.content_head(smallint) to authenticated, service_role;

-- Source: schemas/20_content/require_release.sql
-- What:  require_release(), which makes a release mandatory.
-- Why:   once a correction is published, learners must not study the wrong content any longer (C4, U8).

create function private.require_release(p_version integer, p_from timestamptz)
returns json
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before jsonb := (select to_jsonb(r) from content.required_release r where r.version = p_version);
  v_after jsonb;
begin
  perform private.require_role('instructor', 'admin');
  if p_version is null or not exists (select from content.release r where r.version = p_version) then
    perform private.raise_error('release_unknown', p_info => p_version::text);
  end if;
  if p_from is null then
    delete from content.required_release r where r.version = p_version;
  else
    insert into content.required_release as r (version, required_from, required_by) values (p_version, p_from, private.caller_id())
    on conflict (version) do update set
      required_from = excluded.required_from, required_by = excluded.required_by, decided_at = excluded.decided_at
    returning to_jsonb(r) into v_after;
  end if;
  perform private.audit('require_release', 'content.release', p_version::text, v_before, v_after);
  return private.content_head(private.content_schema());
end
$$;
comment on function private.require_release(integer, timestamptz) is 'The core of require_release().';

create function public.require_release(version integer, required_from timestamptz default now())
returns json
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.require_release(version, required_from);
exception
  when others or query_canceled then
    perform private.refuse(sqlstate, sqlerrm);
    raise;
end
$$;
comment on function public.require_release(integer, timestamptz) is
  'Makes a release mandatory from a time on (null: no longer mandatory) and returns the head. Devices with an older version must update first. '
  'Instructors and admins. Errors: forbidden, release_unknown.';

grant execute on function private.require_release(integer, timestamptz), public.require_release(integer, timestamptz)
  to authenticated, service_role;
