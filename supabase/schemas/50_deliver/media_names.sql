-- What:  a draft that names a file unmarks it, or is refused while the worker removes the file.
-- Why:   the removal is a call of Storage outside of any transaction. Without the order that the mark's lock gives, a draft could name a file
--        just after a claim, and the file would be gone.

create function private.keep_named_media()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_named text[];
  v_claimed text;
begin
  -- Few questions have media.
  select array_agg(distinct m.file ->> 'sha256') into v_named
  from named_question q cross join lateral jsonb_array_elements(q.media) m (file) where q.media <> '[]';
  if v_named is null then
    return null;
  end if;
  -- The lock waits for a claim in progress, and a claim passes by what is locked here. So either the claim or the name comes first.
  with mark as (select u.name, u.is_claimed from content.unused_media u where u.name = any (v_named) order by u.name for update)
  select min(k.name) into v_claimed from mark k where k.is_claimed;
  if v_claimed is not null then
    perform private.raise_error('busy', format(
      'The file %s is being removed from the bucket media, because nothing named it. Upload it and save again in a minute.', v_claimed), null, 60);
  end if;
  delete from content.unused_media u where u.name = any (v_named);
  return null;
end
$$;
comment on function private.keep_named_media() is
  'Unmarks the files that drafts name again. Refuses the name of a file that a worker is removing (busy): the file would be gone, and the draft would name it.';
create trigger question_keep_media_on_insert after insert on content.question referencing new table as named_question
for each statement execute function private.keep_named_media();
create trigger question_keep_media_on_update after update on content.question referencing new table as named_question
for each statement execute function private.keep_named_media();
