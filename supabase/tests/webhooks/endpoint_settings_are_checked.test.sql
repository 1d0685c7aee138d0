begin;
select plan(38);

select is(tests.raised(format('select public.add_webhook_endpoint(%L)', url)), 'CR062 url', 'S2: an endpoint URL is refused: ' || coalesce(left(url, 60), 'null'))
from unnest(array[
  null, '', 'x', 'http://one.example/', 'http://127.0.0.1/', 'ftp://one.example/', 'https://', 'https:///path', 'https://user@one.example/',
  'https://user:word@one.example/', E'https://one.example/\n', 'https://one.example/ x', 'https://one.example/#x', 'https://one.example\x',
  'https://one.example:123456/', 'https://one.example?x', 'https://[::1', 'https://' || repeat('a', 2000) || '.example/']) url;
select lives_ok(format('select public.add_webhook_endpoint(%L)', url), 'S2: an endpoint URL is accepted: ' || url)
from unnest(array['https://one.example', 'https://one.example/', 'https://one.example:8443/a/b?c=d&e=%20', 'https://8.8.8.8/', 'https://[2606:4700::1111]/x']) url;
select is(tests.raised(format('select public.add_webhook_endpoint(%L, local => true)', url)), 'CR062 url', 'S2: a local endpoint URL is refused: ' || url)
from unnest(array['http://one.example/', 'http://10.0.0.1/', 'http://127.0.0.2/', 'http://localhost.one.example/']) url;
select lives_ok(format('select public.add_webhook_endpoint(%L, local => true)', url), 'S2: a local endpoint URL is accepted: ' || url)
from unnest(array['http://127.0.0.1:9000/hook', 'http://localhost/', 'http://[::1]:9000', 'https://one.example/']) url;
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', array['release.eaten']) $$), 'CR062 events', 'S2: an endpoint with an unknown event is refused');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', '{}') $$), 'CR062 events', 'S2: an endpoint without events is refused');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', array[null]) $$), 'CR062 events', 'S2: an endpoint with a null event is refused');
select is(tests.raised($$ select public.add_webhook_endpoint('https://one.example/', description => repeat('x', 301)) $$), 'CR062 description',
  'S2: a description of more than 300 characters is refused');
select is((select count(*) from vault.secrets where name ~ '^carrel_webhook_' and created_at >= now()), 9::bigint,
  'S2: only accepted endpoints have a secret in Vault');
select is((select count(*) from ops.audit a, vault.decrypted_secrets s
  where s.name ~ '^carrel_webhook_' and a.after::text like '%' || s.decrypted_secret || '%'), 0::bigint, 'S2: the audit log has no secret of an endpoint');
select results_eq($$ select distinct events from ops.webhook_endpoint $$, $$ values (array['release.published', 'release.rolled_back']) $$,
  'S2: an endpoint gets published and rolled back releases by default');

select * from finish();
rollback;
