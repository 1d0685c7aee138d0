begin;
select plan(15);

create function pg_temp.claim() returns text language sql as $$
  select coalesce((
    select (w.work ->> 'task') || ' ' || (select string_agg(left(n, 1), ' ' order by n) from json_array_elements_text(w.work -> 'names') n)
    from (select private.claim_media_work() as work) w), 'none') $$;

select tests.a_curriculum();
update content.question set media = jsonb_build_array(
  jsonb_build_object('path', 'a.png', 'bytes', 7, 'sha256', repeat('1', 64), 'mime', 'image/png'),
  jsonb_build_object('path', 'b.png', 'bytes', 7, 'sha256', repeat('2', 64), 'mime', 'image/png')) where id = tests.question(1);
select is(pg_temp.claim(), 'none', 'C1: the worker has no task on the files of a draft');
select tests.publish();
select is(pg_temp.claim(), 'sign 1 2', 'C1: the worker is to sign the files of a release');
select is(pg_temp.claim(), 'none', 'C1: a claimed file is not claimed again at once');
select private.finish_media_signing(json_build_array(repeat('1', 64), repeat('2', 64)), json_build_object(repeat('1', 64), '/storage/v1/one'), now() + interval '30 days');
select is(pg_temp.claim(), 'none', 'C1: a signed file and one that was never uploaded both rest');

select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(u.url, ' '), 'none') from media_urls(array[repeat('1', 64)]) u), '/storage/v1/one', 'C1: every learner gets the shared URL of a published file');
select is((select coalesce(string_agg(u.url, ' '), 'none') from media_urls(array[repeat('2', 64)]) u), 'none', 'C1: a file that was never uploaded has no URL');
select throws_ok('select * from media_urls(array(select n::text from generate_series(1, 501) n))', 'CR044', null, 'I7: one call gives at most 500 URLs');
select tests.reset_role();
update content.published_media set url_expires_at = now() + interval '59 minutes' where sha256 = repeat('1', 64);
select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(u.url, ' '), 'none') from media_urls(array[repeat('1', 64)]) u), 'none', 'C1: a URL that ends within an hour is not given any more');
select tests.authenticate_anon();
select throws_ok($$ select * from media_urls(array['x']) $$, '42501', null, 'I9: anon gets no URLs');
select tests.reset_role();

update content.published_media set sign_at = now() - interval '1 second' where sha256 = repeat('2', 64);
select is(pg_temp.claim(), 'sign 2', 'C1: a file that had no object is tried again later');

update content.published_media set url_expires_at = now() + interval '30 days' where sha256 = repeat('1', 64);
select is(private.media_is_due(), false, 'I11: the worker has no task on signed files');
select ops.rotate_history();
select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(u.url, ' '), 'none') from media_urls(array[repeat('1', 64)]) u), 'none', 'I11: after a change of history no URL is given that another project may have signed');
select tests.reset_role();
select is(private.media_is_due(), true, 'I11: a change of history wakes the worker for media');
select is(pg_temp.claim(), 'sign 1 2', 'I11: the worker is to sign all published files again after a change of history');
select private.finish_media_signing(json_build_array(repeat('1', 64)), json_build_object(repeat('1', 64), '/storage/v1/new'), now() + interval '30 days');
select tests.authenticate(tests.learner());
select is((select coalesce(string_agg(u.url, ' '), 'none') from media_urls(array[repeat('1', 64)]) u), '/storage/v1/new', 'I11: after a change of history learners get the new URL');
select tests.reset_role();

select * from finish();
rollback;
