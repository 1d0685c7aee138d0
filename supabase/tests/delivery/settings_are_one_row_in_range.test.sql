begin;
select plan(11);

select is(tests.violated('update ops.content_setting set poll_after_s = 9'), 'content_setting_poll_after_s_in_range', 'U8: a poll interval below 10 s is refused');
select is(tests.violated('update ops.content_setting set keep_versions = 0'), 'content_setting_keep_versions_positive', 'C3: keep_versions must be at least 1');
select is(tests.violated($$ update ops.content_setting set keep_age = '1 minute' $$), 'content_setting_keep_age_positive', 'C3: keep_age must be at least one hour');
select is(tests.violated($$ update ops.content_setting set keep_answers = '1 day' $$), 'content_setting_answers_outlive_deltas', 'C4: answer keys must be kept at least as long as deltas');
select is(tests.violated($$ update ops.content_setting set keep_reports = '1 hour' $$), 'content_setting_keep_reports_positive', 'C6: reports of caches must be kept for at least one day');
select is(tests.violated('update ops.content_setting set horizon = -1'), 'content_setting_horizon_not_negative', 'C3: the horizon cannot be negative');
select is(tests.violated(format('update ops.content_setting set force_share = %L', share)), 'content_setting_force_share_in_range', 'C5: a force_share is refused: ' || share)
from unnest(array['-0.1', '1.1', 'NaN']) share;
select is(tests.violated('insert into ops.content_setting (id) values (2)'), 'content_setting_one_row', 'U8: a second row of content settings is refused');
select throws_ok('delete from ops.content_setting', 'CR002', null, 'U8: the row of content settings cannot be deleted');

select * from finish();
rollback;
