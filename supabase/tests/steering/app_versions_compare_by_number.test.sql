begin;
select plan(12);

select is(private.app_version(version), numbers, format('U8: the app version %s is parsed', version))
from (values ('1.10.2', '{1,10,2,0}'::integer[]), ('1', '{1,0,0,0}'), ('1.2.3.4', '{1,2,3,4}'), ('1.4.0-beta.2', '{1,4,0,0}'), ('1.4.0+12', '{1,4,0,0}'),
  ('999999999', '{999999999,0,0,0}')) c (version, numbers);
select is(private.app_version(version), null, format('U8: an app version is invalid: %s', version))
from unnest(array['', 'beta', '1.', '1.2.3.4.5', '9999999999']) version;
select ok(private.app_version('1.9') < private.app_version('1.10'), 'U8: the app version 1.9 is before 1.10');

select * from finish();
rollback;
