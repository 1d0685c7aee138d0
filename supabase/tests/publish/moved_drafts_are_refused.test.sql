begin;
select plan(4);

select tests.a_release();
update content.question set prompt = 'Seen in the preview' where id = tests.question(1);
select set_config('tests.hash', private.preview_release(10) ->> 'hash', true);

update content.question set prompt = 'Moved since' where id = tests.question(1);
select throws_ok($$ select private.publish_release(null, current_setting('tests.hash'), false) $$, 'CR004', null,
  'I2: drafts that changed after the preview are not published');
select is(tests.raised($$ select private.publish_release(null, current_setting('tests.hash'), false) $$),
  'CR004 ' || (private.preview_release(10) ->> 'hash'), 'I2: the refusal has the hash of the current drafts');
select is((select max(version) from content.release), 1, 'I2: a refused publish makes no version');

update content.question set prompt = 'Seen in the preview' where id = tests.question(1);
select is(private.publish_release(null, current_setting('tests.hash'), false) ->> 'version', '2',
  'I2: drafts with the hash of the preview are published');

select * from finish();
rollback;
