begin;
select plan(4);

select tests.a_release();
create function pg_temp.names_files(p_question integer, p_files integer[]) returns void language sql as $$
  update content.question set media = (
    select jsonb_agg(jsonb_build_object('path', f || '.png', 'bytes', 7, 'sha256', repeat(f::text, 64), 'mime', 'image/png')) from unnest(p_files) f)
  where id = tests.question(p_question) $$;
create function pg_temp.missing(p_warnings jsonb) returns text language sql as $$
  select coalesce(string_agg(format('%s: %s', w ->> 'count', (
    select string_agg(format('%s %s', e ->> 'key', e ->> 'detail'), '; ' order by e ->> 'key', e ->> 'detail') from jsonb_array_elements(w -> 'examples') e)), ' | '), 'none')
  from jsonb_array_elements(p_warnings) w where w ->> 'warning' = 'media_missing' $$;

insert into storage.objects (bucket_id, name) values ('media', repeat('1', 64)), ('content', repeat('2', 64));
select pg_temp.names_files(1, array[1]), pg_temp.names_files(2, array[1, 2, 3]), pg_temp.names_files(3, array[2]);
select is(pg_temp.missing(preview_release()::jsonb -> 'warnings'), '2: question-2 2.png was never uploaded; question-2 3.png was never uploaded; question-3 2.png was never uploaded',
  'C5: a preview counts the questions whose files were never uploaded, and names the files');
insert into storage.objects (bucket_id, name) values ('media', repeat('2', 64));
select is(pg_temp.missing(publish_release()::jsonb -> 'warnings'), '1: question-2 3.png was never uploaded', 'C5: a publish warns of the files that are missing at its time');
select is(pg_temp.missing(preview_release()::jsonb -> 'warnings'), 'none', 'C5: a preview without edits does not warn of media again');
insert into storage.objects (bucket_id, name) values ('media', repeat('3', 64));
select pg_temp.names_files(1, array[1, 2, 3]);
select is(pg_temp.missing(preview_release()::jsonb -> 'warnings'), 'none', 'C5: a preview does not warn of files that are in the bucket');

select * from finish();
rollback;
