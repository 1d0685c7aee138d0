begin;
select plan(4);

select tests.webhook_endpoint();
select tests.a_release();
create temporary table claimed on commit drop as select private.claim_webhooks(1, 60)::json -> 0 as delivery;

select is((select delivery ->> 'body' from claimed), (select body from ops.webhook_message where created_at >= now()),
  'S2: the claim holds the exact text of the message');
select is((select delivery ->> 'url' from claimed), 'https://one.example/hook', 'S2: where it goes');
select is((select delivery ->> 'local' from claimed), 'false', 'S2: that this is no test endpoint');
select matches((select delivery #>> '{secrets,0}' from claimed), '^whsec_[A-Za-z0-9+/]{43}=$', 'S2: and a secret of 32 bytes');

select * from finish();
rollback;
