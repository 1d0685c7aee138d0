begin;
select plan(11);

select is(tests.violated('update ops.content_setting set poll_after_s = 9'), 'content_setting_poll_after_s_in_range', 'U8: nobody polls faster than every 10 s');
select is(tests.violated('update ops.content_setting set keep_versions = 0'), 'content_setting_keep_versions_positive', 'C3: the head is always kept');
select is(tests.violated($$ update ops.content_setting set keep_age = '1 minute' $$), 'content_setting_keep_age_positive', 'C3: and so is the last hour');
select is(tests.violated($$ update ops.content_setting set keep_answers = '1 day' $$), 'content_setting_answers_outlive_deltas', 'C4: answer keys outlive deltas');
select is(tests.violated($$ update ops.content_setting set keep_reports = '1 hour' $$), 'content_setting_keep_reports_positive', 'C6: reports of caches are kept for a day');
select is(tests.violated('update ops.content_setting set horizon = -1'), 'content_setting_horizon_not_negative', 'C3: the horizon is a version');
select is(tests.violated(format('update ops.content_setting set force_share = %L', share)), 'content_setting_force_share_in_range', 'C5: no share: ' || share)
from unnest(array['-0.1', '1.1', 'NaN']) share;
select is(tests.violated('insert into ops.content_setting (id) values (2)'), 'content_setting_one_row', 'U8: there is one row');
select throws_ok('delete from ops.content_setting', 'CR002', null, 'U8: which stays');

select * from finish();
rollback;
