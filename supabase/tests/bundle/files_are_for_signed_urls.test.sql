begin;
select plan(4);

select is((select public from storage.buckets where id = 'content'), false, 'I9: the bucket of bundles is private');
select is((select string_agg(polname, ' ') from pg_policy where polrelid = 'storage.objects'::regclass), 'objects_select_media', 'I9: no policy opens the bucket of bundles');
insert into storage.objects (bucket_id, name) values ('content', 'a');
select tests.authenticate(tests.learner());
select is_empty('select * from storage.objects', 'I9: a learner sees no object without a signed URL');
select throws_ok($$ insert into storage.objects (bucket_id, name) values ('content', 'b') $$, '42501', null, 'I9: a learner cannot upload objects');

select * from finish();
rollback;
