begin;
select plan(4);

select tests.a_release();
update content.question set prompt = 'Seen in the preview' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);

update content.question set prompt = 'Moved since' where id = tests.question(1);
select throws_ok($$ select private.publish_release(null, current_setting('tests.hash'), false) $$, 'CR004', null,
  'I2: what was not previewed is not published');
select is(tests.raised($$ select private.publish_release(null, current_setting('tests.hash'), false) $$),
  'CR004 ' || (private.preview_release(10) ->> 'hash'), 'I2: the refusal carries the hash of the drafts as they are');
select is((select max(version) from content.release), 1, 'I2: nothing was published');

update content.question set prompt = 'Seen in the preview' where id = tests.question(1);
select is(private.publish_release(null, current_setting('tests.hash'), false) ->> 'version', '2',
  'I2: with the preview''s hash the same drafts are');

select * from finish();
rollback;
