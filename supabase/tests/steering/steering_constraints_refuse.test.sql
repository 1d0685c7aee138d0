begin;
select plan(24);

insert into ops.steering (platform) values ('android');
create function pg_temp.with(p_set text) returns text language sql
as $$ select tests.violated(format('update ops.steering set %s where platform = %L', p_set, 'android')) $$;
select is(pg_temp.with(change), 'steering_' || rule, format('U8: a row of steering is refused: %s', change))
from (values
  ('platform = $$$$', 'platform_fits'), ('app_from = $$x$$', 'app_from_is_version'), ('app_before = $$x$$', 'app_before_is_version'),
  ('app_from = $$2$$, app_before = $$1.9$$', 'app_range_not_empty'), ('batch_events = 0', 'batch_events_in_range'), ('batch_events = 501', 'batch_events_in_range'),
  ('retry_base_ms = 99', 'retry_base_ms_in_range'), ('retry_cap_ms = 3600001', 'retry_cap_ms_in_range'),
  ('retry_base_ms = 2000, retry_cap_ms = 1000', 'retry_base_below_cap'), ('outbox_cap = 499', 'outbox_cap_in_range'),
  ('keep_sent_days = 0', 'keep_sent_days_in_range'), ('poll_after_s = 9', 'poll_after_s_in_range'), ('listening_poll_after_s = 86401', 'listening_poll_after_s_in_range'), ('paused = true', 'pause_has_its_reason'),
  ('pause_s = 59', 'pause_s_in_range'), ('upgrade_to = $$soon$$', 'upgrade_to_is_version'), ('upgrade_required_from = now()', 'upgrade_says_to_what'),
  ('upgrade_to = $$2$$, upgrade_message = $$$$', 'upgrade_message_fits')) c (change, rule);
select is(tests.violated($$ insert into ops.steering (platform) values ('android') $$), 'steering_one_row_a_range', 'U8: a second row for the same range is refused');
select is(tests.violated('update ops.steering set batch_events = null where platform is null'), 'steering_defaults_are_complete',
  'U8: a default value cannot be null');
select is(tests.violated('insert into ops.steering default values'), 'steering_defaults_are_complete', 'U8: a second row of defaults is refused');
select is(tests.raised('delete from ops.steering where platform is null'), 'CR002', 'U8: the defaults cannot be deleted');
select is(tests.raised($$ update ops.steering set platform = 'web' where platform is null $$), 'CR002', 'U8: the defaults cannot become a row for a platform');
select lives_ok($$ delete from ops.steering where platform = 'android' $$, 'U8: a row for a platform can be deleted');

select * from finish();
rollback;
