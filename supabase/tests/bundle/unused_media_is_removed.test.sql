begin;
select plan(13);

create function pg_temp.show(p_question integer, p_files integer[]) returns void language sql as $$
  update content.question set media = coalesce((
    select jsonb_agg(jsonb_build_object('path', f || '.png', 'bytes', 7, 'sha256', repeat(f::text, 64), 'mime', 'image/png')) from unnest(p_files) f), '[]')
  where id = tests.question(p_question) $$;
create function pg_temp.unused() returns text language sql as $$
  select coalesce(string_agg(left(u.name, 1) || case when u.removed_at is null then '' else ' marked' end, ', ' order by u.name), 'none') from ops.unused_media() u $$;
create function pg_temp.claimed() returns text language sql as $$
  select coalesce(string_agg(left(n, 1), ' ' order by n), 'none') from json_array_elements_text((select w.work -> 'names' from (select private.claim_media_work() as work) w where w.work ->> 'task' = 'remove')) n $$;

select tests.a_curriculum();
insert into storage.objects (bucket_id, name, metadata) select 'media', repeat(n::text, 64), '{"size": 7}' from generate_series(1, 5) n;
insert into storage.objects (bucket_id, name) values ('content', repeat('9', 64));
select pg_temp.show(1, array[1]), pg_temp.show(2, array[2]);
select tests.publish();
update content.published_media set sign_at = 'infinity';
select pg_temp.show(1, '{}'), pg_temp.show(3, array[3]);
select tests.publish();
update content.published_media set sign_at = 'infinity';
-- 1 is in an older release, 2 in the newest, 3 in both draft and release, 4 and 5 nowhere.
select pg_temp.show(4, array[4]);
select is(pg_temp.unused(), '5', 'C4: the dry run lists the file that no draft and no held revision names');
select is((select count(*) from content.unused_media), 0::bigint, 'C4: the dry run marks nothing');
select is(ops.mark_unused_media(), 1, 'C4: the job marks that file');
select is(ops.mark_unused_media(), 0, 'C4: the job marks a file once');
select is((select date_trunc('day', u.removed_at - u.unused_since) from ops.unused_media() u), interval '30 days', 'C4: a marked file stays for the grace period');
select is(pg_temp.claimed(), 'none', 'C4: within the grace period the worker removes nothing');

-- Compaction deletes the older revision of question 1, and with it the last name of file 1.
select ops.compact_content(0, interval '0', interval '0');
select ops.mark_unused_media();
select is(pg_temp.unused(), '1 marked, 5 marked', 'C4: a file of a release that devices can no longer ask for is marked');

update content.unused_media set since = now() - interval '31 days', remove_at = now() - interval '1 day';
select pg_temp.show(5, array[5]);
select is(pg_temp.claimed(), '1', 'C4: a file that a draft names again is not removed');
select is(pg_temp.claimed(), 'none', 'C4: a claimed file is not claimed again at once');
select private.finish_media_removal(json_build_array(repeat('1', 64)));
select is((select string_agg(left(m.sha256, 1), ' ' order by m.sha256) from content.published_media m), '2 3', 'C4: a removed file is published no longer');
select is((select a.after -> 'files' ->> 0 from ops.audit a where a.action = 'remove_unused_media'), repeat('1', 64), 'O1: the removal is audited with the names');
select is((select count(*) from content.unused_media), 0::bigint, 'C4: a removed file has no mark any more');

select tests.authenticate(tests.learner());
select throws_ok('select ops.mark_unused_media()', '42501', null, 'I9: a learner marks no files');
select tests.reset_role();

select * from finish();
rollback;
