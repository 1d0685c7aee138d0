begin;
select plan(21);

select tests.authenticate(tests.learner(1), 'admin');
select results_eq($$ select paused, pause_reason, pause_s, batch_events from public.set_steering('{"paused": true, "pause_reason": "Back at 18:00."}', 'Incident 12') $$,
  $$ values (true, 'Back at 18:00.', 3600, 500) $$, 'U8: set_steering changes the named settings of the defaults and no others');
select results_eq($$ select platform, app_from, app_before, batch_events, paused from public.set_steering('{"batch_events": 50}', 'Incident 12', 'android', '1.4', '1.5') $$,
  $$ values ('android', '1.4', '1.5', 50, null::boolean) $$, 'U8: set_steering adds a row for a platform and versions');
select results_eq($$ select batch_events, poll_after_s from public.set_steering('{"batch_events": null, "poll_after_s": 60}', 'Incident 13', 'android', '1.4', '1.5') $$,
  $$ values (null::integer, 60) $$, 'U8: a setting becomes null, which means the value of the next more general row');
select results_eq('select platform, paused, poll_after_s from public.steering_rows()', $$ values (null, true, null::integer), ('android', null, 60) $$,
  'U8: steering_rows lists the defaults first');
select tests.reset_role();
select throws_ok($$ select private.require_running('ios', '2.0') $$, 'CR081', 'Back at 18:00.', 'U8: the kill switch that set_steering turns on refuses a sync');
select results_eq($$ select actor, before ->> 'paused', after ->> 'paused' from ops.audit where object = 'ops.steering' and action = 'update' order by id limit 1 $$,
  format($$ values (%L::uuid, 'false', 'true') $$, tests.learner(1)), 'O1: the audit has the row of steering before and after, and who changed it');
select results_eq($$ select after ->> 'reason' from ops.audit where action = 'set_steering' order by id $$, $$ values ('Incident 12'), ('Incident 12'), ('Incident 13') $$,
  'O1: the audit has the reason of each change of steering');

create function pg_temp.setting(p_settings text, p_reason text default 'A test', p_from text default null) returns text language sql
as $$ select tests.raised(format('select public.set_steering(%L, %L, %L, %L)', p_settings, p_reason, 'web', p_from)) $$;
grant execute on function pg_temp.setting(text, text, text) to public;
select tests.authenticate(tests.learner(1), 'admin');
select is(pg_temp.setting(settings), refused, format('U8: set_steering refuses %s', settings))
from (values
  ('{}', 'CR044 settings'), ('[]', 'CR044 settings'), ('{"id": 7}', 'CR044 settings'), ('{"platform": "ios"}', 'CR044 settings'), ('{"nothing": 1}', 'CR044 settings'),
  ('{"batch_events": "many"}', 'CR044 settings'), ('{"batch_events": 501}', 'CR044 steering_batch_events_in_range'),
  ('{"paused": true}', 'CR044 steering_pause_has_its_reason')) t (settings, refused);
select is(pg_temp.setting('{"batch_events": 50}', ' '), 'CR071 reason', 'O1: set_steering refuses a change without a reason');
select is(pg_temp.setting('{"batch_events": 50}', 'A test', repeat('1', 101)), 'CR044 from_version', 'U8: set_steering refuses a version that is too long');
select is(tests.raised($$ select public.set_steering('{"batch_events": null}', 'A test') $$), 'CR044 steering_defaults_are_complete', 'U8: a default stays set');
select is(tests.raised($$ select public.remove_steering((select min(id) from public.steering_rows()), 'A test') $$), 'CR044 steering', 'U8: the defaults are not removed');
select is(tests.raised($$ select public.remove_steering((select max(id) from public.steering_rows()), '') $$), 'CR071 reason', 'O1: remove_steering refuses a call without a reason');
select is((select count(*) from public.steering_rows()), 2::bigint, 'U8: refused calls leave the rows of steering as they were');

select * from finish();
rollback;
