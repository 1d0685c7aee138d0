begin;
select plan(13);

select is(tests.violated('update ops.pressure_setting set ' || change), 'pressure_setting_' || rule, format('U8: a pressure setting is refused: %s', change))
from (values ('event_burst = 499', 'event_burst_in_range'), ('events_per_s = 0', 'events_per_s_in_range'), ('batch_burst = 0', 'batch_burst_in_range'),
  ('batches_per_s = 0', 'batches_per_s_in_range'), ('id = 2', 'one_row'),
  ('byte_burst = 1000000', 'byte_burst_in_range'), ('bytes_per_s = 0', 'bytes_per_s_in_range'), ('stored_bytes_per_day = 2097151', 'stored_bytes_per_day_in_range'),
  ('batch_records_per_day = 0', 'batch_records_per_day_in_range'), ('keep_batch_days = 30', 'keep_batch_days_in_range')) c (change, rule);
select is(tests.raised('delete from ops.pressure_setting where id = 1'), 'CR002', 'U8: the row of pressure settings cannot be deleted');
select is(tests.raised('truncate ops.pressure_setting'), 'CR002', 'U8: the table of pressure settings cannot be truncated');
update ops.pressure_setting set batch_burst = 10;
select results_eq($$ select before ->> 'batch_burst', after ->> 'batch_burst' from ops.audit where object = 'ops.pressure_setting' $$,
  $$ values ('300', '10') $$, 'I10: a change of pressure settings is recorded');

select * from finish();
rollback;
