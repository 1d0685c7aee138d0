begin;
select plan(9);

create function pg_temp.file(p_n integer) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('path', 'a.png', 'bytes', 7, 'sha256', repeat(p_n::text, 64), 'mime', 'image/png')) $$;

select tests.a_curriculum();
select results_eq($$ select public, file_size_limit, 'image/svg+xml' = any (allowed_mime_types) from storage.buckets where id = 'media' $$,
  $$ values (false, 20971520::bigint, false) $$, 'I9: the bucket of media is private, and takes no large files and no scripts');
insert into storage.objects (bucket_id, name) select 'media', repeat(n::text, 64) from generate_series(1, 3) n;
insert into storage.objects (bucket_id, name) values ('content', repeat('1', 64));
update content.question set media = pg_temp.file(1) where id = tests.question(1);
select tests.publish();
update content.question set media = pg_temp.file(2) where id = tests.question(2);

select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(left(name, 1), ' ' order by name collate "C"), 'none') from storage.objects where bucket_id = 'media'), '1', 'I9: a learner reads the file of a published question, and not that of a draft');
select is_empty($$ select name from storage.objects where bucket_id = 'content' $$, 'I9: a learner reads no bundle under the name of a published file');
select throws_ok(format($$ insert into storage.objects (bucket_id, name) values ('media', %L) $$, repeat('4', 64)), '42501', null, 'I9: a learner cannot upload media');
set local storage.allow_delete_query = 'true';
delete from storage.objects where bucket_id = 'media';
select is((select coalesce(string_agg(left(name, 1), ' ' order by name collate "C"), 'none') from storage.objects where bucket_id = 'media'), '1', 'I9: a learner cannot delete media');
select tests.authenticate_anon();
select is((select coalesce(string_agg(left(name, 1), ' ' order by name collate "C"), 'none') from storage.objects where bucket_id = 'media'), 'none', 'I9: anon reads no media');
select tests.reset_role();

select tests.publish();
update content.question set media = '[]', prompt = 'A text with \"media\": in it, and "media":' where id = tests.question(1);
select tests.publish();
select results_eq('select left(sha256, 1), version from content.published_media order by 1', $$ values ('1', 1), ('2', 2) $$,
  'C1: each published file is noted once, with the first release that named it');
select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(left(name, 1), ' ' order by name collate "C"), 'none') from storage.objects where bucket_id = 'media'), '1 2', 'C4: a device that holds an older version still reads its files');
select tests.reset_role();
select rollback_release(1);
select is((select count(*) from content.published_media), 2::bigint, 'C5: a roll-back to a version with media needs no new file');

select * from finish();
rollback;
