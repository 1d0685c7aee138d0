begin;
select plan(38);

select is(tests.raised(format('select public.add_webhook_endpoint(%L)', url)), 'CR062 url', 'S2: refused: ' || coalesce(left(url, 60), 'null'))
from unnest(array[
  null, '', 'x', 'http://one.example/', 'http://127.0.0.1/', 'ftp://one.example/', 'https://', 'https:///path', 'https://user@one.example/',
  'https://user:word@one.example/', E'https://one.example/\n', 'https://one.example/ x', 'https://one.example/#x', 'https://one.example\x',
  'https://one.example:123456/', 'https://one.example?x', 'https://[::1', 'https://' || repeat('a', 2000) || '.example/']) url;
select lives_ok(format('select public.add_webhook_endpoint(%L)', url), 'S2: accepted: ' || url)
from unnest(array['https://one.example', 'https://one.example/', 'https://one.example:8443/a/b?c=d&e=%20', 'https://8.8.8.8/', 'https://[2606:4700::1111]/x']) url;
select is(tests.raised(format('select public.add_webhook_endpoint(%L, local => true)', url)), 'CR062 url', 'S2: not local: ' || url)
from unnest(array['http://one.example/', 'http://10.0.0.1/', 'http://127.0.0.2/', 'http://localhost.one.example/']) url;
select lives_ok(format('select public.add_webhook_endpoint(%L, local => true)', url), 'S2: local: ' || url)
from unnest(array['http://127.0.0.1:9000/hook', 'http://localhost/', 'http://[::1]:9000', 'https://one.example/']) url;
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', array['release.eaten']) $$), 'CR062 events', 'S2: events are known');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', '{}') $$), 'CR062 events', 'S2: there is at least one');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', array[null]) $$), 'CR062 events', 'S2: and it is not null');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', description => repeat('x', 301)) $$), 'CR062 description',
  'S2: a description is short');
select is((select count(*) from vault.secrets where name ~ '^carrel_webhook_' and created_at >= now()), 9::bigint,
  'S2: only what was accepted has a secret');
select is((select count(*) from ops.audit a, vault.decrypted_secrets s
  where s.name ~ '^carrel_webhook_' and a.after::text like '%' || s.decrypted_secret || '%'), 0::bigint, 'S2: the audit has none of them');
select results_eq($$ select distinct events from ops.webhook_endpoint $$, $$ values (array['release.published', 'release.rolled_back']) $$,
  'S2: by default an endpoint gets all events');

select * from finish();
rollback;
