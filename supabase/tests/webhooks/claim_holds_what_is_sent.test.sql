begin;
select plan(4);

select tests.webhook_endpoint();
select tests.a_release();
create temporary table claimed on commit drop as select private.claim_webhooks(1, 60)::json -> 0 as delivery;

select is((select delivery ->> 'body' from claimed), (select body from ops.webhook_message where created_at >= now()),
  'S2: a claimed delivery has the exact text of its message');
select is((select delivery ->> 'url' from claimed), 'https://one.example/hook', 'S2: a claimed delivery has the URL of its endpoint');
select is((select delivery ->> 'local' from claimed), 'false', 'S2: a claimed delivery says whether its endpoint is local');
select matches((select delivery #>> '{secrets,0}' from claimed), '^whsec_[A-Za-z0-9+/]{43}=$', 'S2: a claimed delivery has a secret of 32 bytes');

select * from finish();
rollback;
