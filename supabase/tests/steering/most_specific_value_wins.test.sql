begin;
select plan(18);

update ops.steering set outbox_cap = 1000 where platform is null;
insert into ops.steering (platform, retry_cap_ms) values ('ios', 2000);
insert into ops.steering (platform, app_from, app_before, batch_events, retry_base_ms, poll_after_s) values
  ('android', null, null, 100, null, null),
  (null, '1.2', '2.0', 200, 5000, 60),
  ('android', '1.3', null, 50, null, null),
  ('android', '1.3.5', '1.4', 25, null, null);

create function pg_temp.steered(p_platform text, p_version text, p_field text) returns integer language sql
as $$ select (private.steering_for(p_platform, p_version) ->> p_field)::integer $$;
select is(pg_temp.steered(platform, version, 'batch_events'), expected, format('U8: the most specific row gives the batch size of %s %s', platform, version))
from (values
  ('web', '1.0', 500), ('web', null, 500), (null, null, 500), ('web', '1.2.0', 200), ('web', '1.99', 200), ('web', '2', 500),
  ('android', null, 100), ('android', '1.2.9', 100), ('android', '1.3', 50), ('android', '1.3.5', 25), ('android', '1.3.10-beta', 25),
  ('android', '1.4', 50), ('Android', '1.4', 200)) c (platform, version, expected);
select is(pg_temp.steered('android', '1.3.5', 'retry_base_ms'), 5000, 'U8: an empty value comes from the next more general row');
select is(pg_temp.steered('ios', '1.5', 'retry_cap_ms'), 5000, 'U8: the cap of a retry is at least its base, which may come from another row');
select is(pg_temp.steered('android', '1.3.5', 'outbox_cap'), 1000, 'U8: an empty value comes from the defaults in the end');
update ops.content_setting set poll_after_s = 77;
select is(pg_temp.steered('web', '3', 'poll_after_s'), 77, 'U8: the poll interval comes from the content settings');
select is(pg_temp.steered('web', '1.5', 'poll_after_s'), 60, 'U8: a row of steering can override the poll interval');

select * from finish();
rollback;
